//! Which path serves what.
//!
//! ```text
//! def price(...)             POST /api/price               POST /api/price:batch
//! STOCK = Stock()            POST /api/stock/reserve       POST /api/stock/reserve:batch
//! @app.post("/api/price")    POST /api/price is the route's; the function moves to POST /api/shop.price
//! ```
//!
//! A class stands in a path as its Python name in lower case; where several objects of one class are held, each stands
//! as its own name in lower case. The paths of operations (`/health`, `/metrics`, ...) are always the shell's.

use super::error::ScaffoldError;
use crate::artifact::{Callable, GlobalObject, Interface, Route};

/// Paths that the shell answers itself.
pub const OPERATIONS: [&str; 6] = ["/health", "/livez", "/readyz", "/ready", "/metrics", "/api/stats"];

/// HTTP methods that own routes may have.
const METHODS: [&str; 7] = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];

/// Everything that a service serves besides operations.
#[derive(Clone, Debug, PartialEq)]
pub struct PathMap {
    /// The monolith's own routes.
    pub own: Vec<OwnPath>,
    /// Own routes again, at exact paths that a router which looks at the path before the method would keep from them.
    pub shadowed: Vec<OwnPath>,
    /// Functions by path.
    pub functions: Vec<FunctionPath>,
    /// Methods of held objects by path.
    pub methods: Vec<MethodPath>,
}

/// One of the monolith's own routes at one path.
#[derive(Clone, Debug, PartialEq)]
pub struct OwnPath {
    /// The path to serve.
    pub path: String,
    /// The route as the monolith has it.
    pub route: Route,
}

/// A function at its path.
#[derive(Clone, Debug, PartialEq)]
pub struct FunctionPath {
    /// The path; the batch is at the same with `:batch`.
    pub path: String,
    /// The function.
    pub function: Callable,
}

/// A method of a held object at its path.
#[derive(Clone, Debug, PartialEq)]
pub struct MethodPath {
    /// The path; the batch is at the same with `:batch`.
    pub path: String,
    /// Python name of the object.
    pub object: String,
    /// The method.
    pub method: Callable,
}

impl PathMap {
    /// Lays out the paths of an interface.
    pub fn of(interface: &Interface) -> Result<PathMap, ScaffoldError> {
        let routes: Vec<&Route> = interface.routes.iter().filter(|r| !OPERATIONS.contains(&r.path.as_str())).collect();
        if let Some(route) = routes.iter().find(|route| !METHODS.contains(&route.method.as_str())) {
            return Err(ScaffoldError::UnknownMethod { method: route.method.clone(), path: route.path.clone() });
        }
        let module = interface.module.rsplit('.').next().unwrap_or_default();
        let place = |path: &str| {
            let taken =
                |path: &str| OPERATIONS.contains(&path) || routes.iter().any(|r| r.method == "POST" && fits(r, path));
            let plain = format!("/api/{path}");
            if taken(&plain) || taken(&format!("{plain}:batch")) { format!("/api/{module}.{path}") } else { plain }
        };
        let functions: Vec<FunctionPath> = (interface.functions.iter())
            .map(|function| FunctionPath { path: place(&function.name), function: function.clone() })
            .collect();
        let methods: Vec<MethodPath> = (held_methods(interface))
            .map(|(object, folder, method)| MethodPath {
                path: place(&format!("{folder}/{}", method.name)),
                object: object.name.clone(),
                method: method.clone(),
            })
            .collect();
        let exact: Vec<&str> = functions.iter().map(|f| &*f.path).chain(methods.iter().map(|m| &*m.path)).collect();
        let shadowed = shadowed(&routes, &exact);
        Ok(PathMap { own: served(&routes), shadowed, functions, methods })
    }

    /// Says where Go's router, which wants one of two overlapping patterns to be the more specific, would give up.
    pub fn check_go(&self) -> Result<(), ScaffoldError> {
        for (index, first) in self.own.iter().enumerate() {
            for second in &self.own[index + 1..] {
                if first.route.method == second.route.method && ambiguous(&first.path, &second.path) {
                    let name = |own: &OwnPath| format!("{} {}", own.route.method, own.path);
                    return Err(ScaffoldError::AmbiguousRoutes { first: name(first), second: name(second) });
                }
            }
        }
        Ok(())
    }

    /// A path that computes something, for tests of the shell.
    pub fn first_call(&self) -> Option<&str> {
        self.functions.first().map(|f| f.path.as_str()).or(self.methods.first().map(|m| m.path.as_str()))
    }
}

/// Methods of objects that the module holds, each with the folder that stands for its object.
fn held_methods(interface: &Interface) -> impl Iterator<Item = (&GlobalObject, String, &Callable)> {
    interface.objects.iter().flat_map(move |object| {
        let alone = interface.objects.iter().filter(|other| other.class == object.class).count() == 1;
        let folder = if alone { &object.class } else { &object.name }.to_lowercase();
        let class = interface.classes.iter().find(|class| class.name == object.class);
        let methods = class.into_iter().flat_map(|class| &class.methods);
        methods.map(move |method| (object, folder.clone(), method))
    })
}

/// Every route at its path. Of routes that only differ in the names of parameters, all are served under the spelling of
/// the first, and for each method the first answers.
fn served(routes: &[&Route]) -> Vec<OwnPath> {
    let mut own: Vec<OwnPath> = Vec::new();
    for route in routes {
        let same = |other: &&OwnPath| shape(&other.path) == shape(&route.path);
        let path = own.iter().find(same).map_or(&route.path, |other| &other.path).clone();
        if !own.iter().filter(same).any(|other| other.route.method == route.method) {
            own.push(OwnPath { path, route: (*route).clone() });
        }
    }
    own
}

/// A pattern without the names of its parameters.
fn shape(pattern: &str) -> Vec<&str> {
    pattern.split('/').map(|part| if parameter(part).is_some() { "{}" } else { part }).collect()
}

/// Routes again, at exact paths that they fit but would lose to something more specific that has other methods only. At a
/// path of ours a route stays even where its parameter wants an integer: that nothing is there is for it to answer.
fn shadowed(routes: &[&Route], ours: &[&str]) -> Vec<OwnPath> {
    let theirs = routes.iter().map(|route| route.path.as_str()).filter(|path| !path.contains('{'));
    let mut exact: Vec<(&str, bool)> =
        ours.iter().map(|path| (*path, true)).chain(theirs.map(|path| (path, false))).collect();
    exact.sort_unstable();
    exact.dedup_by_key(|(path, _)| *path);
    let mut found = Vec::new();
    for (path, is_ours) in exact {
        let mut methods: Vec<&str> = routes.iter().filter(|r| r.path == path).map(|r| r.method.as_str()).collect();
        if is_ours {
            methods.push("POST");
        }
        let covers = |route: &Route| if is_ours { fits_as_text(route, path) } else { fits(route, path) };
        for route in routes.iter().filter(|route| route.path.contains('{') && covers(route)) {
            if !methods.contains(&route.method.as_str()) {
                methods.push(&route.method);
                found.push(OwnPath { path: path.to_string(), route: (*route).clone() });
            }
        }
    }
    found
}

/// True where a route's pattern fits a path: equal but for its parameters, which stand for one part each, an integer for
/// digits.
fn fits(route: &Route, path: &str) -> bool {
    let wants_digits = |name: &str| route.path_params.iter().any(|(param, integer)| param == name && *integer);
    let mut parts = route.path.split('/').zip(path.split('/'));
    let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    fits_as_text(route, path)
        && parts.all(|(pattern, part)| parameter(pattern).is_none_or(|name| !wants_digits(name) || digits(part)))
}

/// True where a route's pattern fits a path if every parameter takes any text.
fn fits_as_text(route: &Route, path: &str) -> bool {
    let (pattern, parts): (Vec<&str>, Vec<&str>) = (route.path.split('/').collect(), path.split('/').collect());
    let same =
        |pattern: &str, part: &str| if parameter(pattern).is_some() { !part.is_empty() } else { pattern == part };
    pattern.len() == parts.len() && pattern.iter().zip(&parts).all(|(pattern, part)| same(pattern, part))
}

/// The parameter that a part of a pattern stands for.
pub(super) fn parameter(part: &str) -> Option<&str> {
    part.strip_prefix('{')?.strip_suffix('}')
}

/// True where two patterns share a path and each is the more specific somewhere.
fn ambiguous(first: &str, second: &str) -> bool {
    let (first, second): (Vec<&str>, Vec<&str>) = (first.split('/').collect(), second.split('/').collect());
    let pairs = || first.iter().zip(&second).map(|(a, b)| (parameter(a).is_some(), parameter(b).is_some(), a == b));
    first.len() == second.len()
        && pairs().all(|(a, b, equal)| a || b || equal)
        && pairs().any(|(a, b, _)| a && !b)
        && pairs().any(|(a, b, _)| b && !a)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::artifact::{Access, ClassInterface, Shape};

    fn callable(name: &str) -> Callable {
        Callable {
            name: name.to_string(),
            params: Vec::new(),
            result: Shape::None,
            access: Access::Pure,
            raises: false,
            mutates: Vec::new(),
            reads_clock: false,
            summary: None,
            at: String::new(),
        }
    }

    fn route(method: &str, path: &str, integers: &[&str]) -> Route {
        let params = path.split('/').filter_map(parameter).map(|name| (name.to_string(), integers.contains(&name)));
        Route {
            method: method.to_string(),
            path: path.to_string(),
            handler: "handler".to_string(),
            path_params: params.collect(),
            reads_body: false,
            query: Vec::new(),
            access: Access::Pure,
        }
    }

    fn interface(functions: &[&str], routes: Vec<Route>) -> Interface {
        let class = |name: &str| ClassInterface {
            name: name.to_string(),
            fields: Vec::new(),
            constructor: None,
            methods: vec![callable("reserve"), callable("query")],
            is_value: false,
        };
        let object = |name: &str, class: &str| GlobalObject { name: name.to_string(), class: class.to_string() };
        Interface {
            module: "shop.stock".to_string(),
            functions: functions.iter().map(|name| callable(name)).collect(),
            classes: vec![class("Stock"), class("Cart")],
            objects: vec![object("STOCK", "Stock"), object("ONE", "Cart"), object("TWO", "Cart")],
            routes,
            has_state: true,
        }
    }

    fn paths(map: &PathMap) -> Vec<&str> {
        map.functions.iter().map(|f| &*f.path).chain(map.methods.iter().map(|m| &*m.path)).collect()
    }

    #[test]
    fn functions_and_methods_have_paths_of_their_own() {
        let map = PathMap::of(&interface(&["price", "stats"], Vec::new())).unwrap();
        let expected = [
            "/api/price",
            "/api/stock.stats",
            "/api/stock/reserve",
            "/api/stock/query",
            "/api/one/reserve",
            "/api/one/query",
            "/api/two/reserve",
            "/api/two/query",
        ];
        assert_eq!(paths(&map), expected);
    }

    #[test]
    fn a_route_of_the_monolith_wins() {
        let routes = vec![route("POST", "/api/price", &[]), route("POST", "/api/stock/{name}", &[])];
        let map = PathMap::of(&interface(&["price", "other"], routes)).unwrap();
        assert_eq!(paths(&map)[..3], ["/api/stock.price", "/api/other", "/api/stock.stock/reserve"]);
    }

    #[test]
    fn a_route_with_an_integer_does_not_clash_with_a_name() {
        let map = PathMap::of(&interface(&[], vec![route("POST", "/api/stock/{id}", &["id"])])).unwrap();
        assert_eq!(paths(&map)[0], "/api/stock/reserve");
        assert_eq!(map.own.len(), 1);
        let map = PathMap::of(&interface(&[], vec![route("GET", "/api/stock/{id}", &["id"])])).unwrap();
        assert_eq!(map.shadowed.len(), 2, "what is no integer is not found, as in the monolith");
    }

    #[test]
    fn a_route_keeps_its_method_at_a_path_that_is_also_ours() {
        let routes =
            vec![route("GET", "/api/stock/{name}", &[]), route("POST", "/x/{a}", &[]), route("GET", "/x/y", &[])];
        let map = PathMap::of(&interface(&[], routes)).unwrap();
        let again: Vec<(&str, &str)> = map.shadowed.iter().map(|own| (&*own.route.method, &*own.path)).collect();
        assert_eq!(again, [("GET", "/api/stock/query"), ("GET", "/api/stock/reserve"), ("POST", "/x/y")]);
    }

    #[test]
    fn names_of_parameters_make_no_other_path() {
        let routes = vec![route("GET", "/a/{x}", &[]), route("POST", "/a/{y}", &[]), route("GET", "/a/{z}", &[])];
        let map = PathMap::of(&interface(&[], routes)).unwrap();
        let own: Vec<(&str, &str)> = map.own.iter().map(|own| (&*own.path, &*own.route.path)).collect();
        assert_eq!(own, [("/a/{x}", "/a/{x}"), ("/a/{x}", "/a/{y}")]);
    }

    #[test]
    fn operations_stay_with_the_shell() {
        assert_eq!(PathMap::of(&interface(&[], vec![route("GET", "/health", &[])])).unwrap().own, []);
    }

    #[test]
    fn says_what_a_router_cannot_serve() {
        let map = PathMap::of(&interface(&[], vec![route("GET", "/a/{x}", &[]), route("GET", "/{y}/b", &[])])).unwrap();
        assert!(matches!(map.check_go(), Err(ScaffoldError::AmbiguousRoutes { .. })));
        let odd = PathMap::of(&interface(&[], vec![route("BREW", "/pot", &[])]));
        assert!(matches!(odd, Err(ScaffoldError::UnknownMethod { .. })));
    }
}
