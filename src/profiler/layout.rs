//! Where CPython keeps what a walk over its stacks needs: offsets in bytes, for 64-bit machines, by minor version.
//!
//! They follow from the structures in CPython's own headers (`pystate.h`, `pycore_frame.h`, `code.h`,
//! `unicodeobject.h`) and hold for all releases of a minor version. An interpreter that was built otherwise is
//! recognised when a walk is compared with what `py-spy` reads, before it is used.

/// The offsets of one minor version.
#[derive(Debug, Clone, Copy)]
pub struct Layout {
    /// In the interpreter's state: the first thread's state.
    pub threads: u64,
    pub thread: ThreadLayout,
    pub frame: FrameLayout,
    pub code: CodeLayout,
    /// Where the characters of a string begin: of one that is all ASCII, of another.
    pub characters: [u64; 2],
    /// Whether the GIL is a structure (`last_holder`, `locked`) rather than a pointer to the holder's state.
    pub gil_is_structure: bool,
}

/// A thread's state (`PyThreadState`).
#[derive(Debug, Clone, Copy)]
pub struct ThreadLayout {
    pub next: u64,
    /// The `pthread_t`.
    pub pthread: u64,
    /// The system's own id of the thread, from 3.11 on.
    pub id: Option<u64>,
    /// The innermost frame; behind another pointer in 3.11 and 3.12.
    pub innermost: u64,
    pub behind: Option<u64>,
}

/// A frame (`PyFrameObject`, from 3.11 on `_PyInterpreterFrame`).
#[derive(Debug, Clone, Copy)]
pub struct FrameLayout {
    pub previous: u64,
    pub code: u64,
    /// A byte that says who owns the frame, from 3.12 on: frames of the C stack are none of Python's.
    pub owner: Option<u64>,
}

/// A code object.
#[derive(Debug, Clone, Copy)]
pub struct CodeLayout {
    pub file: u64,
    /// The qualified name from 3.11 on, before it the plain one.
    pub name: u64,
    pub first_line: u64,
    pub line_table: u64,
    pub constants: u64,
}

/// What `owner` says of a frame that belongs to the C stack.
pub const OWNED_BY_C_STACK: u8 = 3;

/// In the structure of the GIL: the last holder's thread state, and whether it holds it still.
pub const LAST_HOLDER: u64 = 8;
pub const LOCKED: u64 = 16;

const BEFORE_3_11: Layout = Layout {
    threads: 8,
    thread: ThreadLayout { next: 8, pthread: 176, id: None, innermost: 24, behind: None },
    frame: FrameLayout { previous: 24, code: 32, owner: None },
    code: CodeLayout { file: 104, name: 112, first_line: 40, line_table: 120, constants: 56 },
    characters: [48, 72],
    gil_is_structure: false,
};

const OF_3_11: Layout = Layout {
    threads: 16,
    thread: ThreadLayout { next: 8, pthread: 152, id: Some(160), innermost: 56, behind: Some(8) },
    frame: FrameLayout { previous: 48, code: 32, owner: None },
    code: CodeLayout { file: 112, name: 128, first_line: 72, line_table: 136, constants: 24 },
    characters: [48, 72],
    gil_is_structure: false,
};

const OF_3_12: Layout = Layout {
    threads: 72,
    thread: ThreadLayout { next: 8, pthread: 136, id: Some(144), innermost: 56, behind: Some(0) },
    frame: FrameLayout { previous: 8, code: 0, owner: Some(70) },
    code: CodeLayout { file: 112, name: 128, first_line: 68, line_table: 136, constants: 24 },
    characters: [40, 56],
    gil_is_structure: true,
};

const OF_3_13: Layout = Layout {
    threads: 7344,
    thread: ThreadLayout { next: 8, pthread: 152, id: Some(160), innermost: 72, behind: None },
    ..OF_3_12
};

/// The layout of a minor version; `None` for those that are not known here.
pub fn of(major: u64, minor: u64) -> Option<Layout> {
    match (major, minor) {
        (3, 8..=10) => Some(BEFORE_3_11),
        (3, 11) => Some(OF_3_11),
        (3, 12) => Some(OF_3_12),
        (3, 13) => Some(OF_3_13),
        _ => None,
    }
}
