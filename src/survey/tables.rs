//! What is known of libraries: which calls wait, which run in C, which talk to a database.
//!
//! A row covers a dotted name and everything below it; the longest matching row wins, so `time.sleep` can wait while
//! `time` reads the clock. Costs are steps a call and rough on purpose: they tell a socket from an addition.

use crate::facts::{UseKind, Work};

/// What one call of a library costs, and what is noteworthy about it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Known {
    /// Dotted name that it covers.
    pub name: &'static str,
    /// The kind of work.
    pub work: Work,
    /// Steps a call.
    pub steps: f64,
    /// What is noteworthy.
    pub uses: &'static [UseKind],
}

const fn row(name: &'static str, work: Work, steps: f64, uses: &'static [UseKind]) -> Known {
    Known { name, work, steps, uses }
}

const WAIT: f64 = 40_000.0;
const STATEMENT: f64 = 4_000.0;
const ARRAY: f64 = 400.0;
const IN_C: f64 = 60.0;
const SMALL: f64 = 3.0;

use UseKind::{Array, Clock, Database, Native, Outside, Random, Transaction, Wait};
use Work::{Compute, Text, Waits};

const WAITS: &[UseKind] = &[Wait, Outside];
const DATABASE: &[UseKind] = &[Wait, Database, Outside];
const TRANSACTION: &[UseKind] = &[Database, Transaction, Outside];
const IN_C_ARRAY: &[UseKind] = &[Native, Array];

/// Rows by dotted name, sorted.
pub const LIBRARIES: &[Known] = &[
    row("MySQLdb", Waits, STATEMENT, DATABASE),
    row("PIL", Work::Native, ARRAY, &[Native]),
    row("aiohttp", Waits, WAIT, WAITS),
    row("aiohttp.web", Compute, SMALL, &[]),
    row("asyncio.sleep", Waits, WAIT, WAITS),
    row("asyncio.wait_for", Waits, WAIT, WAITS),
    row("asyncpg", Waits, STATEMENT, DATABASE),
    row("base64", Work::Native, IN_C, &[Native]),
    row("bcrypt", Work::Native, 4_000_000.0, &[Native]),
    row("binascii", Work::Native, IN_C, &[Native]),
    row("boto3", Waits, WAIT, WAITS),
    row("botocore", Waits, WAIT, WAITS),
    row("bz2", Work::Native, 4_000.0, &[Native]),
    row("collections", Text, SMALL, &[]),
    row("concurrent.futures.wait", Waits, WAIT, WAITS),
    row("copy", Compute, 40.0, &[]),
    row("cryptography", Work::Native, 4_000.0, &[Native]),
    row("csv", Work::Native, IN_C, &[Native]),
    row("cupy", Work::Native, ARRAY, IN_C_ARRAY),
    row("cv2", Work::Native, 4_000.0, IN_C_ARRAY),
    row("datetime.date.today", Compute, SMALL, &[Clock]),
    row("datetime.datetime.now", Compute, SMALL, &[Clock]),
    row("datetime.datetime.utcnow", Compute, SMALL, &[Clock]),
    row("django.core.mail", Waits, WAIT, WAITS),
    row("django.db.connection", Waits, STATEMENT, DATABASE),
    row("django.db.transaction", Waits, STATEMENT, TRANSACTION),
    row("flask", Compute, 20.0, &[]),
    row("ftplib", Waits, WAIT, WAITS),
    row("grpc", Waits, WAIT, WAITS),
    row("gzip", Work::Native, 4_000.0, &[Native]),
    row("hashlib", Work::Native, IN_C, &[Native]),
    row("hashlib.pbkdf2_hmac", Work::Native, 400_000.0, &[Native]),
    row("hashlib.scrypt", Work::Native, 2_000_000.0, &[Native]),
    row("hmac", Work::Native, IN_C, &[Native]),
    row("http.client", Waits, WAIT, WAITS),
    row("httpx", Waits, WAIT, WAITS),
    row("imaplib", Waits, WAIT, WAITS),
    row("itertools", Compute, SMALL, &[]),
    row("jax", Work::Native, ARRAY, IN_C_ARRAY),
    row("json", Work::Native, 200.0, &[Native]),
    row("kafka", Waits, WAIT, WAITS),
    row("logging", Compute, 60.0, &[Outside]),
    row("lxml", Work::Native, 400.0, &[Native]),
    row("lzma", Work::Native, 4_000.0, &[Native]),
    row("marshal", Work::Native, 200.0, &[Native]),
    row("math", Compute, SMALL, &[]),
    row("msgpack", Work::Native, 200.0, &[Native]),
    row("multiprocessing", Waits, WAIT, WAITS),
    row("mysql", Waits, STATEMENT, DATABASE),
    row("numba", Work::Native, ARRAY, IN_C_ARRAY),
    row("numpy", Work::Native, ARRAY, IN_C_ARRAY),
    row("orjson", Work::Native, 60.0, &[Native]),
    row("os", Compute, 60.0, &[Outside]),
    row("os.path", Text, 40.0, &[]),
    row("os.urandom", Compute, 40.0, &[Random]),
    row("pandas", Work::Native, 4_000.0, IN_C_ARRAY),
    row("paramiko", Waits, WAIT, WAITS),
    row("pathlib.Path.exists", Compute, 100.0, &[Outside]),
    row("pathlib.Path.open", Waits, 800.0, &[Outside]),
    row("pathlib.Path.read_bytes", Waits, 800.0, &[Outside]),
    row("pathlib.Path.read_text", Waits, 800.0, &[Outside]),
    row("pathlib.Path.write_bytes", Waits, 800.0, &[Outside]),
    row("pathlib.Path.write_text", Waits, 800.0, &[Outside]),
    row("pickle", Work::Native, 200.0, &[Native]),
    row("pika", Waits, WAIT, WAITS),
    row("polars", Work::Native, 4_000.0, IN_C_ARRAY),
    row("psycopg", Waits, STATEMENT, DATABASE),
    row("psycopg2", Waits, STATEMENT, DATABASE),
    row("pyarrow", Work::Native, 400.0, IN_C_ARRAY),
    row("pymongo", Waits, STATEMENT, DATABASE),
    row("pymysql", Waits, STATEMENT, DATABASE),
    row("queue.Queue.get", Waits, 400.0, &[Wait]),
    row("random", Compute, SMALL, &[Random]),
    row("re", Work::Native, 40.0, &[Native]),
    row("redis", Waits, STATEMENT, WAITS),
    row("requests", Waits, WAIT, WAITS),
    row("scipy", Work::Native, 4_000.0, IN_C_ARRAY),
    row("secrets", Compute, 40.0, &[Random]),
    row("select", Waits, WAIT, WAITS),
    row("selectors", Waits, WAIT, WAITS),
    row("shutil", Waits, 800.0, &[Outside]),
    row("sklearn", Work::Native, 40_000.0, IN_C_ARRAY),
    row("smtplib", Waits, WAIT, WAITS),
    row("socket", Waits, WAIT, WAITS),
    row("sqlite3", Work::Native, STATEMENT, &[Native, Database, Outside]),
    row("struct", Work::Native, 10.0, &[Native]),
    row("subprocess", Waits, WAIT, WAITS),
    row("sys.stderr", Compute, 20.0, &[Outside]),
    row("sys.stdin", Waits, 800.0, &[Outside]),
    row("sys.stdout", Compute, 20.0, &[Outside]),
    row("tempfile", Waits, 800.0, &[Outside]),
    row("tensorflow", Work::Native, 40_000.0, IN_C_ARRAY),
    row("threading.Event.wait", Waits, WAIT, WAITS),
    row("threading.Thread.join", Waits, WAIT, WAITS),
    row("time", Compute, SMALL, &[Clock]),
    row("time.sleep", Waits, WAIT, WAITS),
    row("time.strftime", Compute, 20.0, &[]),
    row("torch", Work::Native, ARRAY, IN_C_ARRAY),
    row("ujson", Work::Native, 100.0, &[Native]),
    row("urllib.parse", Text, 60.0, &[]),
    row("urllib.request", Waits, WAIT, WAITS),
    row("urllib3", Waits, WAIT, WAITS),
    row("uuid.uuid1", Compute, 40.0, &[Random]),
    row("uuid.uuid4", Compute, 40.0, &[Random]),
    row("websockets", Waits, WAIT, WAITS),
    row("xml", Work::Native, 400.0, &[Native]),
    row("yaml", Compute, 4_000.0, &[]),
    row("zlib", Work::Native, 4_000.0, &[Native]),
    row("zmq", Waits, WAIT, WAITS),
];

/// Builtins with a cost of their own; the steps of those in [`ITERATING`] are per item.
pub const BUILTINS: &[Known] = &[
    row("all", Compute, 1.0, &[]),
    row("any", Compute, 1.0, &[]),
    row("bytearray", Compute, 0.1, &[]),
    row("bytes", Compute, 0.1, &[]),
    row("dict", Text, 1.0, &[]),
    row("divmod", Compute, 3.0, &[]),
    row("frozenset", Text, 1.0, &[]),
    row("input", Waits, WAIT, WAITS),
    row("list", Compute, 0.5, &[]),
    row("max", Compute, 1.0, &[]),
    row("min", Compute, 1.0, &[]),
    row("open", Waits, 800.0, &[Outside]),
    row("pow", Compute, 4.0, &[]),
    row("print", Compute, 40.0, &[Outside]),
    row("repr", Text, 6.0, &[]),
    row("round", Compute, 4.0, &[]),
    row("set", Text, 1.0, &[]),
    row("sorted", Compute, 4.0, &[]),
    row("str", Text, 4.0, &[]),
    row("sum", Compute, 1.0, &[]),
    row("tuple", Compute, 0.5, &[]),
];

/// Builtins that go through the whole of their first argument.
pub const ITERATING: &[&str] = &[
    "all",
    "any",
    "bytearray",
    "bytes",
    "dict",
    "filter",
    "frozenset",
    "list",
    "map",
    "max",
    "min",
    "reduce",
    "set",
    "sorted",
    "sum",
    "tuple",
];

/// Builtins whose presence means that the code decides at run time what it is.
pub const DYNAMIC: &[&str] =
    &["__import__", "compile", "delattr", "eval", "exec", "getattr", "globals", "locals", "setattr", "vars"];

/// Methods of lists, sets, dicts, deques and byte arrays that change the object.
pub const MUTATORS: &[&str] = &[
    "add",
    "append",
    "appendleft",
    "clear",
    "difference_update",
    "discard",
    "extend",
    "extendleft",
    "insert",
    "intersection_update",
    "pop",
    "popitem",
    "popleft",
    "remove",
    "reverse",
    "rotate",
    "setdefault",
    "sort",
    "symmetric_difference_update",
    "update",
    "move_to_end",
    "subtract",
];

/// Methods of strings and dicts: text work where the receiver's type is not known.
pub const TEXT_METHODS: &[&str] = &[
    "capitalize",
    "casefold",
    "center",
    "decode",
    "encode",
    "endswith",
    "expandtabs",
    "find",
    "format",
    "format_map",
    "fromkeys",
    "get",
    "index",
    "isalnum",
    "isalpha",
    "isdecimal",
    "isdigit",
    "isidentifier",
    "islower",
    "isnumeric",
    "isspace",
    "istitle",
    "isupper",
    "items",
    "join",
    "keys",
    "ljust",
    "lower",
    "lstrip",
    "partition",
    "removeprefix",
    "removesuffix",
    "replace",
    "rfind",
    "rjust",
    "rpartition",
    "rsplit",
    "rstrip",
    "setdefault",
    "split",
    "splitlines",
    "startswith",
    "strip",
    "swapcase",
    "title",
    "translate",
    "upper",
    "values",
    "zfill",
];

/// Methods that send a statement to a database, where the receiver is a database library or not known.
pub const DATABASE_METHODS: &[&str] =
    &["execute", "executemany", "executescript", "fetchall", "fetchmany", "fetchone", "flush", "scalar", "scalars"];

/// Methods that begin or end a transaction.
pub const TRANSACTION_METHODS: &[&str] = &["atomic", "begin", "begin_nested", "commit", "rollback"];

/// Packages whose objects are database connections, sessions and cursors.
pub const DATABASES: &[&str] = &["sqlalchemy", "django", "peewee", "pony", "tortoise", "sqlmodel", "flask_sqlalchemy"];

/// Types that are locks.
pub const LOCKS: &[&str] = &[
    "asyncio.Condition",
    "asyncio.Lock",
    "asyncio.Semaphore",
    "multiprocessing.Lock",
    "multiprocessing.RLock",
    "threading.BoundedSemaphore",
    "threading.Condition",
    "threading.Lock",
    "threading.RLock",
    "threading.Semaphore",
];

/// The row of the longest prefix of a dotted name.
pub fn library(dotted: &str) -> Option<&'static Known> {
    let mut end = dotted.len();
    loop {
        let name = &dotted[..end];
        if let Ok(found) = LIBRARIES.binary_search_by(|known| known.name.cmp(name)) {
            return Some(&LIBRARIES[found]);
        }
        end = name.rfind('.')?;
    }
}

/// The row of a builtin.
pub fn builtin(name: &str) -> Option<&'static Known> {
    BUILTINS.binary_search_by(|known| known.name.cmp(name)).ok().map(|found| &BUILTINS[found])
}

/// True for libraries whose values compute in C when operators touch them.
pub fn is_array_library(dotted: &str) -> bool {
    library(dotted).is_some_and(|known| known.uses.contains(&Array))
}

/// True for objects of database libraries.
pub fn is_database(dotted: &str) -> bool {
    let package = dotted.split('.').next().unwrap_or(dotted);
    DATABASES.contains(&package) || library(dotted).is_some_and(|known| known.uses.contains(&Database))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_are_sorted_and_without_doubles() {
        assert!(LIBRARIES.windows(2).all(|pair| pair[0].name < pair[1].name));
        assert!(BUILTINS.windows(2).all(|pair| pair[0].name < pair[1].name));
        for table in [ITERATING, DYNAMIC, TEXT_METHODS, DATABASE_METHODS, TRANSACTION_METHODS, LOCKS] {
            assert!(table.windows(2).all(|pair| pair[0] < pair[1]), "{table:?}");
        }
    }

    #[test]
    fn longest_prefix_wins() {
        assert_eq!(library("time.sleep").unwrap().work, Work::Waits);
        assert_eq!(library("time.perf_counter").unwrap().uses, [UseKind::Clock]);
        assert_eq!(library("numpy.linalg.norm").unwrap().name, "numpy");
        assert_eq!(library("timeit.timeit"), None);
    }

    #[test]
    fn every_row_costs_something_finite() {
        for known in LIBRARIES.iter().chain(BUILTINS) {
            assert!(known.steps > 0.0 && known.steps < 1e7, "{}", known.name);
        }
    }
}
