//! Perforation: a strut that was cut through is not repaired.
//!
//! # Biology
//! Osteoblasts form on what is left of a surface: a hole through a plate and a gap in a rod have none,
//! and disconnected trabeculae stay so (a share of 1 to 21 % of the bone lost with age in simulations
//! on scans, and 1 to 17 % as loose fragments; vanderLinden01).
//!
//! # Law
//! When the last matrix of a site is dug, the lattice within `reach` of it is looked at. Where the site
//! was the last bridge between two pieces of bone, or the last wall between two pieces of marrow that no
//! pit had opened, the strut is cut: all that is owed within `reach` is given up. A piece counts from a
//! twentieth of what lies within reach, so that crumbs on the floor of a pit are none.
//!
//! # Limits
//! Bone between two pits that meet sideways is no strut. In a section a gap in a strut is a cut, though in space bone may go on
//! in front of it or behind.
//!
//! # References
//! vanderLinden01.

/// Least share of what lies within reach that counts as a piece.
pub const LEAST_PIECE: f64 = 0.05;

/// True where a site that was dug out joined pieces of marrow or parted pieces of bone: the sizes of the
/// pieces that it touches, of each kind, in sites, of so many within reach.
///
/// ```
/// # use howship::biology::osteoblast::perforation::is_cut;
/// assert!(is_cut(&[10, 12], &[9], 40));
/// assert!(!is_cut(&[22], &[17], 40));
/// // A crumb is no piece.
/// assert!(!is_cut(&[30, 1], &[8], 40));
/// ```
pub fn is_cut(bone: &[usize], marrow: &[usize], within_reach: usize) -> bool {
    let pieces = |sizes: &[usize]| {
        let least = LEAST_PIECE * within_reach as f64;
        sizes.iter().filter(|&&size| size as f64 >= least).count()
    };
    pieces(bone) > 1 || pieces(marrow) > 1
}
