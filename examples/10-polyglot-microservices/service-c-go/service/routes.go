package main

import "net/http"

// Every path of the service, as tables. The monolith's own routes keep their paths; where a function's path would clash
// with one of them, the function carries its module's name.

// ownRoutes are the monolith's own routes.
var ownRoutes = []ownRoute{
	{"GET", "/api/inventory/{product_id}", "/api/inventory/{product_id}", "query_stock", []string{"product_id"}},
	{"POST", "/api/inventory/reserve", "/api/inventory/reserve", "reserve", []string{}},
	{"POST", "/api/inventory/{reservation_id}/confirm", "/api/inventory/{reservation_id}/confirm", "confirm", []string{"reservation_id"}},
	{"POST", "/api/inventory/{reservation_id}/release", "/api/inventory/{reservation_id}/release", "release", []string{"reservation_id"}},
	{"POST", "/api/inventory/restock", "/api/inventory/restock", "restock", []string{}},
	{"POST", "/api/inventory/transfer", "/api/inventory/transfer", "transfer", []string{}},
}

// calls are functions, and methods of the objects that the module holds.
var calls = []struct {
	path string
	to   callee
}{
	{"/api/project", callee{name: "project"}},
	{"/api/expected_units", callee{name: "expected_units"}},
	{"/api/seed_inventory", callee{name: "seed_inventory"}},
	{"/api/inventory/add_product", callee{object: "INVENTORY", name: "add_product"}},
	{"/api/inventory/product_ids", callee{object: "INVENTORY", name: "product_ids"}},
	{"/api/inventory/base_price", callee{object: "INVENTORY", name: "base_price"}},
	{"/api/inventory/query_stock", callee{object: "INVENTORY", name: "query_stock"}},
	{"/api/inventory/stock_by_warehouse", callee{object: "INVENTORY", name: "stock_by_warehouse"}},
	{"/api/inventory/movements", callee{object: "INVENTORY", name: "movements"}},
	{"/api/inventory.inventory/reserve", callee{object: "INVENTORY", name: "reserve"}},
	{"/api/inventory/release", callee{object: "INVENTORY", name: "release"}},
	{"/api/inventory/confirm", callee{object: "INVENTORY", name: "confirm"}},
	{"/api/inventory.inventory/restock", callee{object: "INVENTORY", name: "restock"}},
	{"/api/inventory.inventory/transfer", callee{object: "INVENTORY", name: "transfer"}},
}

// routes registers the tables; every function and method also takes a batch.
func (d *desk) routes(mux *http.ServeMux) {
	for _, route := range ownRoutes {
		mux.HandleFunc(route.method+" "+route.path, d.own(route))
	}
	for _, call := range calls {
		mux.HandleFunc("POST "+call.path, d.single(call.to))
		mux.HandleFunc("POST "+call.path+":batch", d.batch(call.to))
	}
}
