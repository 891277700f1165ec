//! Loops over pieces on all threads; one after another, with the same bits, where the feature `threads`
//! is off. Whoever loops uses [`prelude`] as that of rayon.

#[cfg(feature = "threads")]
pub use rayon::prelude;

/// Threads at most: more would drown the machine.
#[cfg(feature = "threads")]
pub const MOST_THREADS: usize = 1024;

/// Why there are no threads.
#[cfg(feature = "threads")]
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ThreadsError {
    /// None, or too many.
    #[error(
        "threads: found {0}, expected 1 to {MOST_THREADS}, or none for as many as the machine has"
    )]
    Number(usize),
    /// The system gives none.
    #[error("threads: {0}")]
    System(String),
}

#[cfg(feature = "threads")]
impl crate::numerics::refusal::Refusal for ThreadsError {}

/// Does something on so many threads, or on as many as the machine has.
///
/// # Errors
/// [`ThreadsError`].
#[cfg(feature = "threads")]
pub fn on_threads<T: Send>(
    threads: Option<usize>,
    work: impl FnOnce() -> T + Send,
) -> Result<T, ThreadsError> {
    if let Some(given) = threads.filter(|given| !(1..=MOST_THREADS).contains(given)) {
        return Err(ThreadsError::Number(given));
    }
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(threads.unwrap_or(0))
        .build()
        .map_err(|error| ThreadsError::System(error.to_string()))?;
    Ok(pool.install(work))
}

/// What serial loops offer of rayon's: the same names, on iterators of the standard library.
#[cfg(not(feature = "threads"))]
pub mod prelude {
    use std::slice::{Chunks, ChunksMut, Iter, IterMut};

    /// Slices as loops.
    pub trait Slices<T> {
        /// Over the elements.
        fn par_iter(&self) -> Iter<'_, T>;
        /// Over the elements, to change them.
        fn par_iter_mut(&mut self) -> IterMut<'_, T>;
        /// Over pieces of this length; the last may be shorter.
        fn par_chunks(&self, length: usize) -> Chunks<'_, T>;
        /// Over pieces, to change them.
        fn par_chunks_mut(&mut self, length: usize) -> ChunksMut<'_, T>;
        /// Sorts by a comparison, without keeping the order of what is equal.
        fn par_sort_unstable_by(&mut self, compare: impl FnMut(&T, &T) -> std::cmp::Ordering);
    }

    impl<T> Slices<T> for [T] {
        fn par_iter(&self) -> Iter<'_, T> {
            self.iter()
        }

        fn par_iter_mut(&mut self) -> IterMut<'_, T> {
            self.iter_mut()
        }

        fn par_chunks(&self, length: usize) -> Chunks<'_, T> {
            self.chunks(length)
        }

        fn par_chunks_mut(&mut self, length: usize) -> ChunksMut<'_, T> {
            self.chunks_mut(length)
        }

        fn par_sort_unstable_by(&mut self, compare: impl FnMut(&T, &T) -> std::cmp::Ordering) {
            self.sort_unstable_by(compare);
        }
    }

    /// What becomes a loop.
    pub trait Loop {
        /// What it loops over.
        type Item;

        /// The loop.
        fn into_par_iter(self) -> impl Iterator<Item = Self::Item>;
    }

    impl<T> Loop for Vec<T> {
        type Item = T;

        fn into_par_iter(self) -> impl Iterator<Item = T> {
            self.into_iter()
        }
    }

    impl<T> Loop for std::ops::Range<T>
    where
        Self: Iterator<Item = T>,
    {
        type Item = T;

        fn into_par_iter(self) -> impl Iterator<Item = T> {
            self
        }
    }

    impl<A: Iterator, B: Iterator, C: Iterator> Loop for (A, B, C) {
        type Item = (A::Item, B::Item, C::Item);

        fn into_par_iter(self) -> impl Iterator<Item = Self::Item> {
            let (a, b, c) = self;
            a.zip(b).zip(c).map(|((a, b), c)| (a, b, c))
        }
    }

    impl<A: Iterator, B: Iterator, C: Iterator, D: Iterator> Loop for (A, B, C, D) {
        type Item = (A::Item, B::Item, C::Item, D::Item);

        fn into_par_iter(self) -> impl Iterator<Item = Self::Item> {
            let (a, b, c, d) = self;
            a.zip(b).zip(c).zip(d).map(|(((a, b), c), d)| (a, b, c, d))
        }
    }

    impl<A: Iterator, B: Iterator, C: Iterator, D: Iterator, E: Iterator> Loop for (A, B, C, D, E) {
        type Item = (A::Item, B::Item, C::Item, D::Item, E::Item);

        fn into_par_iter(self) -> impl Iterator<Item = Self::Item> {
            let (a, b, c, d, e) = self;
            let four = (a, b, c, d).into_par_iter();
            four.zip(e).map(|((a, b, c, d), e)| (a, b, c, d, e))
        }
    }

    /// What iterators lack of rayon's.
    pub trait Steps: Iterator + Sized {
        /// Nothing: one thread takes all of it.
        #[must_use]
        fn with_min_len(self, _: usize) -> Self {
            self
        }

        /// Nothing, likewise.
        #[must_use]
        fn with_max_len(self, _: usize) -> Self {
            self
        }

        /// Place of the first for which this is true.
        fn position_first(mut self, is: impl FnMut(Self::Item) -> bool) -> Option<usize> {
            self.position(is)
        }

        /// Does this with each, with a workspace that is made once.
        fn for_each_init<W>(
            self,
            init: impl FnOnce() -> W,
            mut each: impl FnMut(&mut W, Self::Item),
        ) {
            let mut workspace = init();
            self.for_each(|item| each(&mut workspace, item));
        }

        /// Makes something of each, with a workspace that is made once.
        fn map_init<W, R>(
            self,
            init: impl FnOnce() -> W,
            mut each: impl FnMut(&mut W, Self::Item) -> R,
        ) -> impl Iterator<Item = R> {
            let mut workspace = init();
            self.map(move |item| each(&mut workspace, item))
        }
    }

    impl<I: Iterator> Steps for I {}
}

/// Does two things, beside each other where a thread is free.
#[cfg(feature = "threads")]
pub fn both<A: Send, B: Send>(
    one: impl FnOnce() -> A + Send,
    other: impl FnOnce() -> B + Send,
) -> (A, B) {
    rayon::join(one, other)
}

/// Does two things, one after the other.
#[cfg(not(feature = "threads"))]
pub fn both<A, B>(one: impl FnOnce() -> A, other: impl FnOnce() -> B) -> (A, B) {
    let one = one();
    (one, other())
}

/// Works inside of the pool of threads, where many short loops start at once.
#[cfg(feature = "threads")]
pub fn inside<R: Send>(work: impl FnOnce() -> R + Send) -> R {
    rayon::scope(|_| work())
}

/// Works here.
#[cfg(not(feature = "threads"))]
pub fn inside<R>(work: impl FnOnce() -> R) -> R {
    work()
}

/// Threads in use, to be reported: no result depends on it.
pub fn threads() -> usize {
    #[cfg(feature = "threads")]
    {
        #[expect(
            clippy::disallowed_methods,
            reason = "reported alone, no result depends on it"
        )]
        rayon::current_num_threads()
    }
    #[cfg(not(feature = "threads"))]
    1
}
