//! Limits on what is read, and digests in place of arrays, per thread.

use std::cell::Cell;

#[derive(Debug, Clone, Copy, Default)]
struct Limits {
    sites: usize,
    bytes: usize,
}

thread_local! {
    static LIMITS: Cell<Limits> = const { Cell::new(Limits { sites: 0, bytes: 0 }) };
    pub(super) static DIGESTED: Cell<bool> = const { Cell::new(false) };
}

/// Reads on this thread with these limits: each array has `sites` values, and all arrays together
/// take at most `bytes`.
pub fn within<R>(sites: usize, bytes: usize, read: impl FnOnce() -> R) -> R {
    struct Back(Limits);
    impl Drop for Back {
        fn drop(&mut self) {
            LIMITS.set(self.0);
        }
    }
    let _back = Back(LIMITS.replace(Limits { sites, bytes }));
    read()
}

/// Saves on this thread with the digest of each array in its place: quicker where only a digest of
/// the whole is wanted.
pub fn digested<R>(save: impl FnOnce() -> R) -> R {
    struct Back(bool);
    impl Drop for Back {
        fn drop(&mut self) {
            DIGESTED.set(self.0);
        }
    }
    let _back = Back(DIGESTED.replace(true));
    save()
}

/// Takes the bytes of one array from what is left.
pub(super) fn allow<T>(count: usize) -> Result<(), String> {
    let limits = LIMITS.get();
    if count != limits.sites {
        return Err(format!(
            "an array of {count} values, where the lattice has {} sites",
            limits.sites
        ));
    }
    let bytes = count.saturating_mul(size_of::<T>());
    let left = limits.bytes.checked_sub(bytes).ok_or_else(|| {
        format!(
            "an array of {bytes} bytes, where {} are left of those allowed",
            limits.bytes
        )
    })?;
    LIMITS.set(Limits {
        bytes: left,
        ..limits
    });
    Ok(())
}
