//! Names that a user gives: they become parts of paths, heads of CSV columns and names of folders, so
//! that one rule holds for all of them.

/// Letters of a name at most.
pub const LONGEST: usize = 64;

/// What a name may be, for messages.
pub const ALLOWED: &str = "use letters, digits, _ and - (a to z, A to Z; 1 to 64, the first no -): the name \
     becomes that of a column or a folder";

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

/// What a name of a study may be, for messages.
pub const ALLOWED_DOTTED: &str = "use letters, digits, _, - and . (a to z, A to Z; 1 to 64, the first no - or .): \
     the name becomes that of a column, a file or a folder";

/// True for a name of a study, of its arms and responses: as [`is_name`], and with dots inside, since
/// no path of keys is made of it.
///
/// ```
/// use howship::numerics::name::is_dotted_name;
/// assert!(["dose_0.1", "C4-2B"].into_iter().all(is_dotted_name));
/// assert!(!["", ".", "..", "../evil", ".hidden", "-x", "a,b"].into_iter().any(is_dotted_name));
/// ```
pub fn is_dotted_name(text: &str) -> bool {
    !text.starts_with('.') && is_name(&text.replace('.', "_"))
}
