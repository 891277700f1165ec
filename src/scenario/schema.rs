//! JSON Schema of a scenario file, for editors.

use schemars::{JsonSchema, SchemaGenerator};
use serde_json::{Map, Value, json};

use super::fragments::KINDS;

/// The schema of a file that is read as `T`.
///
/// It adds the keys `extends`, `preset`, `bone`, `line` and `genotype`. No key is required, because a file is one layer over
/// a preset and a base: what is missing in all of them shows when they are read together. Only
/// the key that names a variant of an enum stays required.
pub fn json_schema<T: JsonSchema>(title: &str) -> Value {
    let mut schema = plain_schema::<T>(title);
    if let Value::Object(root) = &mut schema {
        let keys = root
            .entry("properties")
            .or_insert_with(|| Value::Object(Map::new()));
        if let Value::Object(keys) = keys {
            keys.entry("extends").or_insert_with(|| {
                json!({
                    "description": "A file under this one, relative to this one; it may extend another.",
                    "type": "string"
                })
            });
            for kind in KINDS {
                keys.entry(kind.key)
                    .or_insert_with(|| json!({ "description": kind.says, "enum": kind.names() }));
            }
            keys.entry("preset").or_insert_with(|| {
                json!({
                    "description": "The preset under this file and its base.",
                    "type": "string"
                })
            });
        }
    }
    schema
}

/// The schema of a file that is read as `T` and stands alone; no key is required, as in [`json_schema`].
pub fn plain_schema<T: JsonSchema>(title: &str) -> Value {
    let mut schema = SchemaGenerator::default()
        .into_root_schema_for::<T>()
        .to_value();
    relax(&mut schema, false);
    if let Value::Object(root) = &mut schema {
        root.insert("title".to_owned(), json!(title));
    }
    schema
}

/// Takes `required` out of all schemas but those of the variants of an enum.
fn relax(schema: &mut Value, variant: bool) {
    match schema {
        Value::Object(object) => {
            if !variant {
                // A property may be called "required"; it is then no array.
                if object.get("required").is_some_and(Value::is_array) {
                    object.remove("required");
                }
            }
            for (key, inner) in object.iter_mut() {
                if let ("oneOf" | "anyOf", Value::Array(variants)) = (key.as_str(), &mut *inner) {
                    for one in variants {
                        relax(one, true);
                    }
                } else {
                    relax(inner, false);
                }
            }
        }
        Value::Array(items) => {
            for item in items {
                relax(item, false);
            }
        }
        _ => {}
    }
}
