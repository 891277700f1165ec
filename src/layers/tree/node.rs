//! A node of a tree: its value and the places that wrote it.

use std::collections::BTreeMap;

use crate::layers::path::Segment;
use crate::layers::source::Place;

pub(crate) type Table = BTreeMap<String, Node>;

/// A value and where it was written.
#[derive(Debug, Clone)]
pub(crate) struct Node {
    pub(crate) value: Value,
    /// From the lowest layer to the uppermost; several only for a table.
    pub(crate) places: Vec<Place>,
    /// Order among its neighbours: that of the lowest layer, then that of the next.
    pub(super) rank: usize,
}

#[derive(Debug, Clone)]
pub(crate) enum Value {
    Text(String),
    Integer(i64),
    Float(f64),
    Boolean(bool),
    Date(toml::value::Datetime),
    Array(Vec<Node>),
    Table(Table),
}

impl Node {
    pub(super) fn child(&self, segment: &Segment) -> Option<&Self> {
        match (&self.value, segment) {
            (Value::Table(table), Segment::Key(key)) => table.get(key),
            (Value::Array(items), Segment::Index(index)) => items.get(*index),
            _ => None,
        }
    }

    pub(super) fn child_mut(&mut self, segment: &Segment) -> Option<&mut Self> {
        match (&mut self.value, segment) {
            (Value::Table(table), Segment::Key(key)) => table.get_mut(key),
            (Value::Array(items), Segment::Index(index)) => items.get_mut(*index),
            _ => None,
        }
    }

    /// Where it was written last; for a table, the uppermost text that can be edited.
    pub(crate) fn place(&self) -> Option<&Place> {
        let edited = self
            .places
            .iter()
            .rev()
            .find(|place| !place.is_assignment());
        match self.value {
            Value::Table(_) => edited.or(self.places.last()),
            _ => self.places.last(),
        }
    }

    pub(in crate::layers) fn to_toml(&self) -> toml::Value {
        match &self.value {
            Value::Text(text) => toml::Value::String(text.clone()),
            Value::Integer(number) => toml::Value::Integer(*number),
            Value::Float(number) => toml::Value::Float(*number),
            Value::Boolean(yes) => toml::Value::Boolean(*yes),
            Value::Date(date) => toml::Value::Datetime(*date),
            Value::Array(items) => toml::Value::Array(items.iter().map(Self::to_toml).collect()),
            Value::Table(table) => toml::Value::Table(
                table
                    .iter()
                    .map(|(key, node)| (key.clone(), node.to_toml()))
                    .collect(),
            ),
        }
    }

    pub(super) fn overlay(&mut self, upper: Self, shift: usize) {
        let Self { value, places, .. } = upper;
        match (&mut self.value, value) {
            (Value::Table(lower), Value::Table(upper)) => {
                for (key, mut node) in upper {
                    if let Some(below) = lower.get_mut(&key) {
                        below.overlay(node, shift);
                    } else {
                        node.rank += shift;
                        lower.insert(key, node);
                    }
                }
                self.places.extend(places);
            }
            (below, value) => {
                *below = value;
                self.places = places;
            }
        }
    }
}
