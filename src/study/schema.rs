//! JSON Schema of a study file, for editors.

use serde_json::{Value, json};

use crate::scenario::schema::plain_schema;
use crate::study::file::Keys;

/// The schema of a study file. Below `set`, `vary` and `arms` stand paths of the scenario, which are looked up in it and not
/// here.
pub fn study_schema() -> Value {
    let mut schema = plain_schema::<Keys>("howship study");
    let paths = [
        (
            "set",
            "Values laid over the scenario of every run: dotted paths of the scenario in quotes, or tables as in it.",
            json!({}),
        ),
        (
            "vary",
            "What is varied, by dotted paths of the scenario: a list of values, a range, or shares of the value that the scenario \
             has.",
            json!({
                "anyOf": [
                    {"type": "array", "description": "Values."},
                    {"$ref": "#/$defs/VariedRange"},
                    {
                        "type": "object",
                        "additionalProperties": false,
                        "properties": {
                            "relative": {
                                "description": "Numbers by which the value of the scenario is multiplied: a list, or a range.",
                                "anyOf": [
                                    {"type": "array", "items": {"type": "number"}},
                                    {"$ref": "#/$defs/VariedRange"}
                                ]
                            }
                        }
                    },
                    {"type": "object", "description": "A table of the scenario, with such values below it."}
                ]
            }),
        ),
        (
            "arms",
            "Arms by name: every point is run in each of them, with the same chance. An arm holds paths of the scenario as `set` \
             does; one without any is the control.",
            json!({"type": "object"}),
        ),
    ];
    for (key, about, of) in paths {
        schema["properties"][key] = json!({
            "type": "object",
            "description": about,
            "additionalProperties": of,
        });
    }
    let end = |about: &str| json!({"description": about, "type": ["number", "string"]});
    schema["$defs"]["VariedRange"] = json!({
        "type": "object",
        "additionalProperties": false,
        "properties": {
            "from": end("The lower end: a number, or one with its unit."),
            "to": end("The upper end, in the same unit."),
            "log": {
                "type": "boolean",
                "default": false,
                "description": "Steps by equal factors in place of equal differences.",
            },
            "levels": {
                "type": "integer",
                "minimum": 2,
                "description": "How many values a grid lays from one end to the other, both among them.",
            },
        },
    });
    schema
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_of_a_study_is_there_with_what_it_is() {
        let schema = study_schema();
        let keys = schema["properties"].as_object().unwrap();
        for key in [
            "name",
            "base",
            "seed",
            "replicates",
            "design",
            "responses",
            "fit",
            "set",
            "vary",
            "arms",
        ] {
            assert!(keys[key]["description"].is_string(), "{key}");
        }
        assert_eq!(schema["additionalProperties"], false);
        assert!(schema["$defs"]["VariedRange"]["properties"]["levels"].is_object());
    }
}
