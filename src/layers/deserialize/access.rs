//! Elements of arrays, entries of tables and choices of enums, as serde asks for them.

use serde::de::{
    self, DeserializeSeed, Deserializer, EnumAccess, IntoDeserializer, MapAccess, SeqAccess,
    VariantAccess, Visitor,
};

use super::NodeReader;
use super::fault::{Kind, LONGEST_WORD, ValueFault};
use crate::layers::diagnostic::clip;
use crate::layers::path::{self, Segment};
use crate::layers::tree::{Node, Table, Value};

pub(super) struct Elements<'a> {
    pub(super) items: &'a [Node],
    pub(super) next: usize,
}

impl<'de> SeqAccess<'de> for &mut Elements<'de> {
    type Error = ValueFault;

    fn next_element_seed<S: DeserializeSeed<'de>>(
        &mut self,
        seed: S,
    ) -> Result<Option<S::Value>, ValueFault> {
        let Some(item) = self.items.get(self.next) else {
            return Ok(None);
        };
        let index = self.next;
        self.next += 1;
        seed.deserialize(NodeReader(item))
            .map(Some)
            .map_err(|fault| fault.below(Segment::Index(index)))
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.items.len() - self.next)
    }
}

pub(super) struct Entries<'a> {
    left: std::collections::btree_map::Iter<'a, String, Node>,
    current: Option<(&'a str, &'a Node)>,
}

impl<'a> Entries<'a> {
    pub(super) fn new(table: &'a Table) -> Self {
        Self {
            left: table.iter(),
            current: None,
        }
    }
}

impl<'de> MapAccess<'de> for Entries<'de> {
    type Error = ValueFault;

    fn next_key_seed<S: DeserializeSeed<'de>>(
        &mut self,
        seed: S,
    ) -> Result<Option<S::Value>, ValueFault> {
        let Some((key, node)) = self.left.next() else {
            return Ok(None);
        };
        self.current = Some((key, node));
        seed.deserialize(de::value::BorrowedStrDeserializer::new(key))
            .map(Some)
            .map_err(|mut fault: ValueFault| {
                fault.on_key = true;
                fault.below_key(key)
            })
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(
        &mut self,
        seed: S,
    ) -> Result<S::Value, ValueFault> {
        let Some((key, node)) = self.current.take() else {
            return Err(de::Error::custom("a value was asked for before its key"));
        };
        seed.deserialize(NodeReader(node))
            .map_err(|fault| fault.below_key(key))
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.left.len())
    }
}

/// A variant and, where it is written as a table, what it holds.
pub(super) struct Choice<'a> {
    pub(super) variant: &'a str,
    pub(super) content: Option<NodeReader<'a>>,
}

impl<'de> EnumAccess<'de> for Choice<'de> {
    type Error = ValueFault;
    type Variant = Self;

    fn variant_seed<S: DeserializeSeed<'de>>(
        self,
        seed: S,
    ) -> Result<(S::Value, Self), ValueFault> {
        let name: de::value::StrDeserializer<'_, ValueFault> = self.variant.into_deserializer();
        match seed.deserialize(name) {
            Ok(value) => Ok((value, self)),
            Err(mut fault) if self.content.is_some() => {
                fault.on_key = true;
                Err(fault.below_key(self.variant))
            }
            Err(fault) => Err(fault),
        }
    }
}

impl<'de> Choice<'de> {
    fn content(&self) -> Result<NodeReader<'de>, ValueFault> {
        self.content.ok_or_else(|| {
            let variant = clip(self.variant, LONGEST_WORD);
            ValueFault::new(Kind::WrongType {
                found: format!("the bare word {variant:?}"),
                expected: format!("`{variant}` with its values"),
                help: format!("write a table: {} = {{ ... }}", path::write_key(&variant)),
            })
        })
    }
}

impl<'de> VariantAccess<'de> for Choice<'de> {
    type Error = ValueFault;

    fn unit_variant(self) -> Result<(), ValueFault> {
        match self.content.map(|content| &content.0.value) {
            None => Ok(()),
            Some(Value::Table(table)) if table.is_empty() => Ok(()),
            Some(_) => Err(ValueFault::new(Kind::WrongType {
                found: "values".to_owned(),
                expected: "none".to_owned(),
                help: format!("`{0}` takes no values: write \"{0}\"", self.variant),
            })
            .below_key(self.variant)),
        }
    }

    fn newtype_variant_seed<S: DeserializeSeed<'de>>(
        self,
        seed: S,
    ) -> Result<S::Value, ValueFault> {
        let content = self.content()?;
        seed.deserialize(content)
            .map_err(|fault| fault.below_key(self.variant))
    }

    fn tuple_variant<V: Visitor<'de>>(
        self,
        _len: usize,
        visitor: V,
    ) -> Result<V::Value, ValueFault> {
        let content = self.content()?;
        content
            .deserialize_seq(visitor)
            .map_err(|fault| fault.below_key(self.variant))
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, ValueFault> {
        let content = self.content()?;
        content
            .deserialize_struct("", fields, visitor)
            .map_err(|fault| fault.below_key(self.variant))
    }
}
