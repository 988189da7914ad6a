//! Closures behind a trait of one method. A `dyn Fn` has an entry, and code, for each of the three ways to call it,
//! which for hundreds of closures comes to some kilobytes that nobody calls.

/// A closure that takes an `A` and gives an `R`.
pub(crate) trait CallMut<A, R> {
    /// Calls it.
    fn call(&mut self, argument: A) -> R;
}

impl<A, R, F: FnMut(A) -> R> CallMut<A, R> for F {
    fn call(&mut self, argument: A) -> R {
        self(argument)
    }
}
