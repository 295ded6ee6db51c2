//! Functions as values: cloning one gives another handle to the same function.

use super::exception::Exception;
use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

/// A function that several owners hold.
pub struct Function<F: ?Sized>(Arc<F>);

impl<F: ?Sized> Clone for Function<F> {
    fn clone(&self) -> Self {
        Function(Arc::clone(&self.0))
    }
}

impl<F: ?Sized> Deref for Function<F> {
    type Target = F;

    fn deref(&self) -> &F {
        &self.0
    }
}

impl<F: ?Sized> fmt::Debug for Function<F> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("function")
    }
}

macro_rules! functions {
    ($($name:ident [$($param:ident)*];)*) => {$(
        #[doc = concat!("A function with parameters (", $(stringify!($param), " ",)* ") that may raise.")]
        pub type $name<$($param,)* Result_> = Function<dyn Fn($($param),*) -> Result<Result_, Exception> + Send + Sync>;

        impl<$($param,)* Result_> $name<$($param,)* Result_> {
            /// The function as a value.
            pub fn new(function: impl Fn($($param),*) -> Result<Result_, Exception> + Send + Sync + 'static) -> Self {
                Function(Arc::new(function))
            }
        }
    )*};
}

functions! {
    Function0 [];
    Function1 [A];
    Function2 [A B];
    Function3 [A B C];
    Function4 [A B C D];
    Function5 [A B C D E];
    Function6 [A B C D E F];
}
