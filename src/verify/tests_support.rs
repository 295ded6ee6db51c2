//! Small interfaces for the tests of this component.

use crate::artifact::{Access, Callable, ParamShape, Shape};

pub(super) fn param(name: &str, shape: Shape) -> ParamShape {
    ParamShape { name: name.into(), shape, optional: false, keyword_only: false, rest: false }
}

pub(super) fn callable(name: &str, params: Vec<ParamShape>, result: Shape) -> Callable {
    Callable {
        name: name.into(),
        params,
        result,
        access: Access::Pure,
        raises: true,
        mutates: vec![],
        reads_clock: false,
        summary: None,
        at: "m.py:1:0".into(),
    }
}
