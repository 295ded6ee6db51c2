//! An object that several owners hold and any of them may change: Python's ordinary object.
//!
//! No borrow outlives one read or one change: `with` and `update` take closures. The lock inside is never waited for,
//! since a lock around the whole state surrounds every call; meeting it locked declines. While a transaction is on,
//! the first change of each object keeps what it was, so that a call that declines can be undone.

use super::guard::guard;
use super::key::Key;
use std::any::Any;
use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, RwLock, TryLockError};

/// A handle to an object; cloning it gives another handle to the same object.
pub struct Shared<T: 'static>(Option<Arc<RwLock<T>>>);

/// How deep objects inside objects are freed by recursion; the rest waits in a queue.
const NESTED: u32 = 64;

thread_local! {
    static ACTIVE: Cell<bool> = const { Cell::new(false) };
    static JOURNAL: RefCell<HashMap<usize, Box<dyn FnOnce()>>> = RefCell::default();
    static FREEING: Cell<u32> = const { Cell::new(0) };
    static TO_FREE: RefCell<Vec<Arc<dyn Any>>> = const { RefCell::new(Vec::new()) };
}

impl<T> Shared<T> {
    fn cell(&self) -> &Arc<RwLock<T>> {
        match &self.0 {
            Some(cell) => cell,
            None => guard("freed", ""),
        }
    }

    /// True where both are handles to one object.
    pub fn is(&self, other: &Shared<T>) -> bool {
        Arc::ptr_eq(self.cell(), other.cell())
    }

    /// Looks at the object.
    #[inline]
    pub fn with<R>(&self, look: impl FnOnce(&T) -> R) -> R {
        match self.cell().try_read() {
            Ok(value) => look(&value),
            Err(TryLockError::Poisoned(poisoned)) => look(&poisoned.into_inner()),
            Err(TryLockError::WouldBlock) => guard("aliased_change", ""),
        }
    }
}

impl<T: Clone> Shared<T> {
    /// A new object with one handle.
    pub fn new(value: T) -> Shared<T> {
        Shared(Some(Arc::new(RwLock::new(value))))
    }

    /// Changes the object.
    #[inline]
    pub fn update<R>(&self, change: impl FnOnce(&mut T) -> R) -> R {
        if ACTIVE.get() {
            self.remember();
        }
        match self.cell().try_write() {
            Ok(mut value) => change(&mut value),
            Err(TryLockError::Poisoned(poisoned)) => change(&mut poisoned.into_inner()),
            Err(TryLockError::WouldBlock) => guard("aliased_change", ""),
        }
    }

    fn remember(&self) {
        let object = Arc::as_ptr(self.cell()).addr();
        if !JOURNAL.with_borrow(|journal| journal.contains_key(&object)) {
            let (handle, value) = (self.clone(), self.with(T::clone));
            let restore: Box<dyn FnOnce()> = Box::new(move || handle.update(|now| *now = value));
            JOURNAL.with_borrow_mut(|journal| journal.insert(object, restore));
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
        journal.into_values().for_each(|restore| restore());
    }
}

/// True where both are None, or handles to one object.
pub fn same<T>(a: &Option<Shared<T>>, b: &Option<Shared<T>>) -> bool {
    match (a, b) {
        (Some(a), Some(b)) => a.is(b),
        (None, None) => true,
        _ => false,
    }
}

/// True where a result is an object that was given.
pub fn is_given<T>(result: Option<&Shared<T>>, given: Option<&Shared<T>>) -> bool {
    matches!((result, given), (Some(result), Some(given)) if result.is(given))
}

/// The last handle frees the object; a chain of a million objects is freed without a million calls in each other.
impl<T> Drop for Shared<T> {
    fn drop(&mut self) {
        let Some(cell) = self.0.take().filter(|cell| Arc::strong_count(cell) == 1) else { return };
        let depth = FREEING.try_with(Cell::get).unwrap_or(0);
        if depth >= NESTED {
            let queued: Arc<dyn Any> = cell;
            let _ = TO_FREE.try_with(|queue| queue.borrow_mut().push(queued));
            return;
        }
        let _ = FREEING.try_with(|freeing| freeing.set(depth + 1));
        drop(cell);
        if depth == 0 {
            while let Some(object) = TO_FREE.try_with(|queue| queue.borrow_mut().pop()).ok().flatten() {
                drop(object);
            }
        }
        let _ = FREEING.try_with(|freeing| freeing.set(depth));
    }
}

impl<T> Clone for Shared<T> {
    fn clone(&self) -> Self {
        Shared(self.0.clone())
    }
}

impl<T: PartialEq> PartialEq for Shared<T> {
    fn eq(&self, other: &Self) -> bool {
        if self.is(other) {
            return true;
        }
        let _level = super::recursion::enter();
        self.with(|left| other.with(|right| left == right))
    }
}

impl<T: Key> Key for Shared<T> {
    fn hash_of(&self) -> i64 {
        self.with(Key::hash_of)
    }
}

impl<T: PartialOrd> PartialOrd for Shared<T> {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        self.with(|left| other.with(|right| left.partial_cmp(right)))
    }
}

impl<T: fmt::Debug> fmt::Debug for Shared<T> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Shared").finish_non_exhaustive()
    }
}
