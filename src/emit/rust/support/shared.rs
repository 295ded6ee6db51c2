//! An object that several owners hold and any of them may change: Python's ordinary object.
//!
//! No borrow outlives one read or one change: `with` and `update` take closures. The lock inside is never waited for,
//! since a lock around the whole state surrounds every call; meeting it locked declines. While a transaction is on,
//! the first change of each object keeps what it was, so that a call that declines can be undone.

use super::guard::guard;
use std::any::Any;
use std::cell::{Cell, RefCell};
use std::fmt;
use std::sync::{Arc, RwLock, TryLockError};

/// A handle to an object; cloning it gives another handle to the same object.
pub struct Shared<T>(Arc<RwLock<T>>);

thread_local! {
    static ACTIVE: Cell<bool> = const { Cell::new(false) };
    static JOURNAL: RefCell<Vec<Before>> = const { RefCell::new(Vec::new()) };
}

struct Before {
    object: usize,
    restore: Box<dyn FnOnce()>,
}

impl<T: Clone + 'static> Shared<T> {
    /// A new object with one handle.
    pub fn new(value: T) -> Shared<T> {
        Shared(Arc::new(RwLock::new(value)))
    }

    /// Looks at the object.
    #[inline]
    pub fn with<R>(&self, look: impl FnOnce(&T) -> R) -> R {
        match self.0.try_read() {
            Ok(value) => look(&value),
            Err(TryLockError::Poisoned(poisoned)) => look(&poisoned.into_inner()),
            Err(TryLockError::WouldBlock) => guard("aliased_change", ""),
        }
    }

    /// Changes the object.
    #[inline]
    pub fn update<R>(&self, change: impl FnOnce(&mut T) -> R) -> R {
        if ACTIVE.get() {
            self.remember();
        }
        match self.0.try_write() {
            Ok(mut value) => change(&mut value),
            Err(TryLockError::Poisoned(poisoned)) => change(&mut poisoned.into_inner()),
            Err(TryLockError::WouldBlock) => guard("aliased_change", ""),
        }
    }

    fn remember(&self) {
        let object = Arc::as_ptr(&self.0).addr();
        let known = JOURNAL.with_borrow(|journal| journal.iter().any(|before| before.object == object));
        if !known {
            let (handle, value) = (Shared(Arc::clone(&self.0)), self.with(T::clone));
            let restore: Box<dyn FnOnce()> = Box::new(move || handle.update(|now| *now = value));
            JOURNAL.with_borrow_mut(|journal| journal.push(Before { object, restore }));
        }
    }
}

/// Starts to remember what objects were.
pub fn begin() {
    ACTIVE.set(true);
}

/// Ends the transaction: objects stay as they are, or become what they were.
pub fn end(undo: bool) {
    ACTIVE.set(false);
    let journal = JOURNAL.take();
    if undo {
        journal.into_iter().for_each(|before| (before.restore)());
    }
}

impl<T> Shared<T> {
    /// True where both are handles to one object.
    pub fn is(&self, other: &Shared<T>) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }

    /// The object's identity, for tables that keep objects apart.
    pub fn identity(&self) -> usize {
        Arc::as_ptr(&self.0).addr()
    }
}

impl<T> Clone for Shared<T> {
    fn clone(&self) -> Self {
        Shared(Arc::clone(&self.0))
    }
}

impl<T: PartialEq + Clone + 'static> PartialEq for Shared<T> {
    fn eq(&self, other: &Self) -> bool {
        self.is(other) || self.with(|left| other.with(|right| left == right))
    }
}

impl<T: fmt::Debug + Clone + Any> fmt::Debug for Shared<T> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.with(|value| value.fmt(out))
    }
}
