//! Names that a user gives: they become parts of paths, heads of CSV columns and names of folders, so
//! that one rule holds for all of them.

/// Letters of a name at most.
pub const LONGEST: usize = 64;

/// What a name may be, for messages.
pub const ALLOWED: &str = "use 1 to 64 letters from a to z, digits, _ and -: the name becomes that of \
     a column or a folder";

/// True for a name of letters, digits, `_` and `-`, which does not begin with `-`.
///
/// ```
/// use howship::numerics::name::is_name;
/// assert!(["il6", "C4-2B", "_x"].into_iter().all(is_name));
/// assert!(!["", ".", "..", ".hidden", "/tmp", "a\\b", "a\0", "a,b", "a\nb", "a b", "a\"b", "../a", "-x", "\u{e9}"].into_iter().any(is_name));
/// assert!(!is_name(&"x".repeat(65)));
/// ```
pub fn is_name(text: &str) -> bool {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    (1..=LONGEST).contains(&text.len()) && text.chars().all(is_plain) && !text.starts_with('-')
}
