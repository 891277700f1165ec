//! Serde over a tree: an error keeps the path on which it arose.

mod access;
mod fault;

use serde::de::{self, Deserializer, Unexpected, Visitor};
use serde::forward_to_deserialize_any;

use super::diagnostic::clip;
use super::tree::{Node, Table, Value};
use crate::numerics::quantity::Dimension;
use access::{Choice, Elements, Entries};
pub(crate) use fault::ValueFault;
use fault::{Kind, LONGEST_WORD};

/// Reads one node.
#[derive(Clone, Copy)]
pub(crate) struct NodeReader<'a>(pub(crate) &'a Node);

impl<'a> NodeReader<'a> {
    /// The value as serde names it in a message.
    fn unexpected(self) -> Unexpected<'a> {
        match &self.0.value {
            Value::Text(text) => Unexpected::Str(text),
            Value::Integer(number) => Unexpected::Signed(*number),
            Value::Float(number) => Unexpected::Float(*number),
            Value::Boolean(yes) => Unexpected::Bool(*yes),
            Value::Date(_) => Unexpected::Other("a date"),
            Value::Array(_) => Unexpected::Seq,
            Value::Table(_) => Unexpected::Map,
        }
    }
}

impl<'de> Deserializer<'de> for NodeReader<'de> {
    type Error = ValueFault;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ValueFault> {
        match &self.0.value {
            Value::Text(text) => visitor.visit_borrowed_str(text),
            Value::Integer(number) => visitor.visit_i64(*number),
            Value::Float(number) => visitor.visit_f64(*number),
            Value::Boolean(yes) => visitor.visit_bool(*yes),
            Value::Date(_) => Err(de::Error::invalid_type(self.unexpected(), &visitor)),
            Value::Array(items) => {
                let mut left = Elements { items, next: 0 };
                let value = visitor.visit_seq(&mut left)?;
                if left.next == items.len() {
                    Ok(value)
                } else {
                    let expected = format!("{} elements", left.next);
                    Err(de::Error::invalid_length(items.len(), &expected.as_str()))
                }
            }
            Value::Table(table) => visitor.visit_map(Entries::new(table)),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ValueFault> {
        visitor.visit_some(self)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        visitor: V,
    ) -> Result<V::Value, ValueFault> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        _fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, ValueFault> {
        match &self.0.value {
            Value::Table(table) => visitor.visit_map(Entries::new(table)),
            // A derived struct would take an array by position.
            _ => Err(de::Error::invalid_type(self.unexpected(), &"struct ")),
        }
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, ValueFault> {
        let (variant, content) = match &self.0.value {
            Value::Text(text) => (text.as_str(), None),
            Value::Table(table) => {
                let (variant, content) = chosen(table, variants)?;
                (variant, Some(NodeReader(content)))
            }
            _ => {
                let expected = format!("one of {}", variants.join(", "));
                return Err(de::Error::invalid_type(
                    self.unexpected(),
                    &expected.as_str(),
                ));
            }
        };
        visitor.visit_enum(Choice { variant, content })
    }

    fn deserialize_f32<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ValueFault> {
        self.deserialize_f64(visitor)
    }

    /// A bare number of any key is bounded, so that no product of some of them is infinite.
    fn deserialize_f64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ValueFault> {
        let number = match &self.0.value {
            Value::Integer(number) => *number as f64,
            Value::Float(number) => *number,
            _ => 0.0,
        };
        let most = Dimension::Number.most();
        if number.abs() > most {
            return Err(ValueFault::new(Kind::Refused(format!(
                "found {number:e}; write a number of at most {most:e}"
            ))));
        }
        self.deserialize_any(visitor)
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 char str string bytes byte_buf
        unit unit_struct seq tuple tuple_struct map identifier ignored_any
    }
}

/// The one variant that a table names.
fn chosen<'a>(
    table: &'a Table,
    variants: &'static [&'static str],
) -> Result<(&'a str, &'a Node), ValueFault> {
    let mut entries = table.iter();
    if let (Some((key, node)), None) = (entries.next(), entries.next()) {
        return Ok((key, node));
    }
    let known = table
        .keys()
        .filter(|key| variants.contains(&key.as_str()))
        .count();
    let stranger = table.keys().find(|key| !variants.contains(&key.as_str()));
    if let (1, Some(key)) = (known, stranger) {
        let mut fault = <ValueFault as de::Error>::unknown_field(key, variants).below_key(key);
        fault.on_key = true;
        return Err(fault);
    }
    Err(ValueFault::new(Kind::Choice {
        found: table
            .keys()
            .take(10)
            .map(|key| clip(key, LONGEST_WORD))
            .collect(),
        allowed: variants,
    }))
}
