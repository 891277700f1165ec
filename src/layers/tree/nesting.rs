//! How deep a text nests, found before it is parsed.
//!
//! The parser of TOML allows 80 brackets inside each other and 80 parts of a dotted key in each, which are 6400
//! tables inside each other; they are dropped by recursion, which exhausts the stack of a thread.

use super::DEEPEST_NESTING;

/// A bracket that is open.
struct Open {
    /// Depth of the table or array.
    depth: usize,
    is_array: bool,
}

/// Byte of the first bracket that opens a table or an array deeper than [`DEEPEST_NESTING`].
pub(crate) fn too_deep_at(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    let mut open: Vec<Open> = Vec::new();
    let (mut at, mut dots) = (0, 0);
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b'"' | b'\'' => {
                at = end_of_string(bytes, at);
                continue;
            }
            b'#' => {
                at = line_end(bytes, at);
                continue;
            }
            b'.' => dots += 1,
            b',' | b'\n' => dots = 0,
            b'[' | b'{' => {
                let depth = match open.last() {
                    Some(Open {
                        depth,
                        is_array: true,
                    }) => depth + 1,
                    around => around.map_or(0, |open| open.depth) + dots + 1,
                };
                if depth > DEEPEST_NESTING {
                    return Some(at);
                }
                open.push(Open {
                    depth,
                    is_array: byte == b'[',
                });
                dots = 0;
            }
            b']' | b'}' => {
                open.pop();
                dots = 0;
            }
            _ => {}
        }
        at += 1;
    }
    None
}

fn line_end(bytes: &[u8], from: usize) -> usize {
    let rest = &bytes[from..];
    from + rest
        .iter()
        .position(|&byte| byte == b'\n')
        .unwrap_or(rest.len())
}

/// Byte behind a string that begins here. One that ends nowhere ends with its line, as the parser takes it.
fn end_of_string(bytes: &[u8], from: usize) -> usize {
    let quote = bytes[from];
    let is_long = bytes[from..].starts_with(&[quote; 3]);
    let mut at = from + if is_long { 3 } else { 1 };
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b'\\' if quote == b'"' => at += 2,
            b'\n' if !is_long => return at,
            _ if byte == quote && is_long => {
                let quotes = bytes[at..].iter().take_while(|&&byte| byte == quote);
                let quotes = quotes.count();
                at += quotes;
                // Two more may stand before the three that end it.
                if quotes >= 3 {
                    return at;
                }
            }
            _ if byte == quote => return at + 1,
            _ => at += 1,
        }
    }
    bytes.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn depth_is_that_of_tables_and_arrays_and_not_of_what_is_quoted() {
        let deep = "[".repeat(DEEPEST_NESTING + 1);
        let closed = "]".repeat(DEEPEST_NESTING + 1);
        for sound in [
            format!("a = \"{deep}\"\n# {deep}\nb = '{deep}' # {deep}"),
            format!("a = \"\"\"\n{deep}\\\"\"\"\"\"\nb = '''{deep}'''"),
            "a = [1.5, 2.5, [1.5]]\n".repeat(100),
            format!("a = {}{}", &deep[1..], &closed[1..]),
            "[a.b]\nc.d = { e.f = [{ g = 1.0 }] }\n".repeat(100),
        ] {
            assert_eq!(too_deep_at(&sound), None, "{sound}");
        }
        assert_eq!(too_deep_at(&format!("a = {deep}{closed}")), Some(68));
        let keys = "a.".repeat(31) + "a";
        let braces = format!("{keys} = {{ {keys} = {{ a = {{ }} }} }}");
        assert_eq!(too_deep_at(&braces), braces.rfind('{'));
        assert_eq!(too_deep_at(&braces.replace("a = { }", "a = 1")), None);
        // The string ends with its line.
        let torn = format!("a = \"\nb = {deep}");
        assert_eq!(too_deep_at(&torn), Some(torn.len() - 1));
    }
}
