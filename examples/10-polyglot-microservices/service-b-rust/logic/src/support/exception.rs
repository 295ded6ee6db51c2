//! Python's exceptions as values: a class, and the text that `str(exception)` gives.

use super::guard::guard;
use std::any::Any;
use std::fmt;
use std::sync::Arc;

/// An exception class; two classes are the same where they are the same static.
#[derive(Debug)]
pub struct ExceptionClass {
    /// Python name.
    pub name: &'static str,
    /// What it derives from.
    pub base: Option<&'static ExceptionClass>,
}

impl ExceptionClass {
    /// A class with a base.
    pub const fn new(name: &'static str, base: &'static ExceptionClass) -> ExceptionClass {
        ExceptionClass { name, base: Some(base) }
    }

    /// True for the class itself and whatever it derives from.
    pub fn is_a(&'static self, other: &'static ExceptionClass) -> bool {
        std::ptr::eq(self, other) || self.base.is_some_and(|base| base.is_a(other))
    }
}

/// A field of an exception: its name, and a value that never changes.
type Attribute = (&'static str, Arc<dyn Any + Send + Sync>);

/// An exception on its way.
#[derive(Clone)]
pub struct Exception(Box<(&'static ExceptionClass, String, Vec<Attribute>)>);

impl Exception {
    /// An exception of a class with its message.
    #[cold]
    pub fn new(class: &'static ExceptionClass, message: impl Into<String>) -> Exception {
        Exception(Box::new((class, message.into(), Vec::new())))
    }

    /// The same with a field.
    pub fn with<T: Any + Send + Sync>(mut self, name: &'static str, value: T) -> Exception {
        self.0.2.push((name, Arc::new(value)));
        self
    }

    /// Its class.
    pub fn class(&self) -> &'static ExceptionClass {
        self.0.0
    }

    /// What `str(exception)` gives.
    pub fn message(&self) -> &str {
        &self.0.1
    }

    /// True where `except class` catches it.
    pub fn is_a(&self, class: &'static ExceptionClass) -> bool {
        self.class().is_a(class)
    }
}

/// A field of an exception whose class sets it.
pub fn attribute<T: Any + Clone>(error: &Exception, name: &str) -> T {
    let found = error.0.2.iter().find(|(known, _)| *known == name);
    match found.and_then(|(_, value)| value.downcast_ref::<T>()) {
        Some(value) => value.clone(),
        None => guard("attribute", ""),
    }
}

impl fmt::Debug for Exception {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}: {}", self.class().name, self.message())
    }
}

impl fmt::Display for Exception {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.message())
    }
}

impl std::error::Error for Exception {}

macro_rules! classes {
    ($($name:ident $word:literal $base:ident;)*) => {$(
        #[doc = concat!("Python's `", $word, "`.")]
        pub static $name: ExceptionClass = ExceptionClass::new($word, &$base);
    )*};
}

/// Python's `BaseException`.
pub static BASE_EXCEPTION: ExceptionClass = ExceptionClass { name: "BaseException", base: None };

classes! {
    EXCEPTION "Exception" BASE_EXCEPTION;
    ARITHMETIC_ERROR "ArithmeticError" EXCEPTION;
    OVERFLOW_ERROR "OverflowError" ARITHMETIC_ERROR;
    ZERO_DIVISION_ERROR "ZeroDivisionError" ARITHMETIC_ERROR;
    ASSERTION_ERROR "AssertionError" EXCEPTION;
    ATTRIBUTE_ERROR "AttributeError" EXCEPTION;
    BUFFER_ERROR "BufferError" EXCEPTION;
    EOF_ERROR "EOFError" EXCEPTION;
    IMPORT_ERROR "ImportError" EXCEPTION;
    LOOKUP_ERROR "LookupError" EXCEPTION;
    INDEX_ERROR "IndexError" LOOKUP_ERROR;
    KEY_ERROR "KeyError" LOOKUP_ERROR;
    MEMORY_ERROR "MemoryError" EXCEPTION;
    NAME_ERROR "NameError" EXCEPTION;
    UNBOUND_LOCAL_ERROR "UnboundLocalError" NAME_ERROR;
    OS_ERROR "OSError" EXCEPTION;
    CONNECTION_ERROR "ConnectionError" OS_ERROR;
    FILE_EXISTS_ERROR "FileExistsError" OS_ERROR;
    FILE_NOT_FOUND_ERROR "FileNotFoundError" OS_ERROR;
    PERMISSION_ERROR "PermissionError" OS_ERROR;
    TIMEOUT_ERROR "TimeoutError" OS_ERROR;
    RUNTIME_ERROR "RuntimeError" EXCEPTION;
    NOT_IMPLEMENTED_ERROR "NotImplementedError" RUNTIME_ERROR;
    RECURSION_ERROR "RecursionError" RUNTIME_ERROR;
    STOP_ITERATION "StopIteration" EXCEPTION;
    SYNTAX_ERROR "SyntaxError" EXCEPTION;
    SYSTEM_ERROR "SystemError" EXCEPTION;
    TYPE_ERROR "TypeError" EXCEPTION;
    VALUE_ERROR "ValueError" EXCEPTION;
    UNICODE_ERROR "UnicodeError" VALUE_ERROR;
    UNICODE_DECODE_ERROR "UnicodeDecodeError" UNICODE_ERROR;
    UNICODE_ENCODE_ERROR "UnicodeEncodeError" UNICODE_ERROR;
}

/// The value of something that was proven not to raise; declines should the proof be wrong.
#[inline]
pub fn proven<T>(result: Result<T, Exception>) -> T {
    match result {
        Ok(value) => value,
        Err(_) => super::guard::guard("unexpected_exception", ""),
    }
}
