package logic

import "service-c-go/logic/support"

// Iso: Return a time in epoch seconds as the API prints it: UTC, whole seconds, Z.
//
// Python: monolith.py:38-40
func Iso(seconds float64) string {
	return support.FormatUTC(seconds, "%Y-%m-%dT%H:%M:%SZ")
}

// QueryStock: Return what is left of a product.
//
// Python: monolith.py:304-319
func QueryStock(state *State, productID int64) (*support.Response, error) {
	var stock *StockReport
	stockReport, err := state.Inventory.QueryStock(productID)
	if err != nil {
		exception := support.Caught(err)
		if exception.Class.IsA(UnknownProduct) {
			return support.Respond(
				support.NewDict[string, any](support.Member("error", exception.Message)),
				404,
			), nil
		}
		return nil, exception
	}
	stock = stockReport
	return support.Respond(
		support.NewDict[string, any](
			support.Member("product_id", stock.ProductID),
			support.Member("available", stock.Available),
			support.Member("warehouse", stock.Warehouse),
			support.Member("last_updated", Iso(stock.LastUpdated)),
			support.Member("base_price", stock.BasePrice),
		),
		200,
	), nil
}

// Reserve: Hold units back for a customer.
//
// Python: monolith.py:322-349
func Reserve(state *State, requestBody any) (*support.Response, error) {
	body := support.JSONOrEmpty(requestBody)
	var productID int64
	var quantity int64
	var failure error
attempt:
	switch {
	default:
		member, err := support.JSONItem(body, "product_id")
		if err != nil {
			failure = err
			break attempt
		}
		number, err := support.JSONToInt(member)
		if err != nil {
			failure = err
			break attempt
		}
		productID = number
		member1, err := support.JSONItem(body, "quantity")
		if err != nil {
			failure = err
			break attempt
		}
		number1, err := support.JSONToInt(member1)
		if err != nil {
			failure = err
			break attempt
		}
		quantity = number1
	}
	if failure != nil {
		exception := support.Caught(failure)
		if exception.Class.IsA(support.KeyError) || exception.Class.IsA(support.TypeError) || exception.Class.IsA(support.ValueError) || exception.Class.IsA(support.OverflowError) {
			return support.Respond(
				support.NewDict[string, any](support.Member("error", "product_id and quantity are required")),
				400,
			), nil
		}
		return nil, exception
	}
	var reservation *Reservation
	reservation1, err := state.Inventory.Reserve(productID, quantity)
	if err != nil {
		exception1 := support.Caught(err)
		if exception1.Class.IsA(support.ValueError) {
			return support.Respond(
				support.NewDict[string, any](support.Member("error", exception1.Message)),
				400,
			), nil
		}
		if exception1.Class.IsA(UnknownProduct) {
			return support.Respond(
				support.NewDict[string, any](support.Member("error", exception1.Message)),
				404,
			), nil
		}
		if exception1.Class.IsA(InsufficientStock) {
			return support.Respond(
				support.NewDict[string, any](support.Member("error", exception1.Message)),
				409,
			), nil
		}
		return nil, exception1
	}
	reservation = reservation1
	return support.Respond(
		support.NewDict[string, any](
			support.Member("reservation_id", reservation.ReservationID),
			support.Member("product_id", reservation.ProductID),
			support.Member("quantity", reservation.Quantity),
			support.Member("expires_at", Iso(reservation.ExpiresAt)),
		),
		201,
	), nil
}

// Confirm: Let a reservation's units leave the stock.
//
// Python: monolith.py:352-366
func Confirm(state *State, reservationID string) (*support.Response, error) {
	var reservation *Reservation
	reservation1, err := state.Inventory.Confirm(reservationID)
	if err != nil {
		exception := support.Caught(err)
		if exception.Class.IsA(UnknownReservation) {
			return support.Respond(
				support.NewDict[string, any](support.Member("error", exception.Message)),
				404,
			), nil
		}
		return nil, exception
	}
	reservation = reservation1
	return support.Respond(
		support.NewDict[string, any](
			support.Member("reservation_id", reservation.ReservationID),
			support.Member("product_id", reservation.ProductID),
			support.Member("quantity", reservation.Quantity),
			support.Member("status", "confirmed"),
		),
		200,
	), nil
}

// Release: Put a reservation's units back on sale.
//
// Python: monolith.py:369-383
func Release(state *State, reservationID string) (*support.Response, error) {
	var reservation *Reservation
	reservation1, err := state.Inventory.Release(reservationID)
	if err != nil {
		exception := support.Caught(err)
		if exception.Class.IsA(UnknownReservation) {
			return support.Respond(
				support.NewDict[string, any](support.Member("error", exception.Message)),
				404,
			), nil
		}
		return nil, exception
	}
	reservation = reservation1
	return support.Respond(
		support.NewDict[string, any](
			support.Member("reservation_id", reservation.ReservationID),
			support.Member("product_id", reservation.ProductID),
			support.Member("quantity", reservation.Quantity),
			support.Member("status", "released"),
		),
		200,
	), nil
}

// Restock: Add units to a warehouse.
//
// Python: monolith.py:386-402
func Restock(state *State, requestBody any) (*support.Response, error) {
	body := support.JSONOrEmpty(requestBody)
	var productID int64
	var warehouse string
	var quantity int64
	var failure error
attempt:
	switch {
	default:
		member, err := support.JSONItem(body, "product_id")
		if err != nil {
			failure = err
			break attempt
		}
		number, err := support.JSONToInt(member)
		if err != nil {
			failure = err
			break attempt
		}
		productID = number
		member1, err := support.JSONItem(body, "warehouse")
		if err != nil {
			failure = err
			break attempt
		}
		warehouse = support.JSONToText(member1)
		member2, err := support.JSONItem(body, "quantity")
		if err != nil {
			failure = err
			break attempt
		}
		number1, err := support.JSONToInt(member2)
		if err != nil {
			failure = err
			break attempt
		}
		quantity = number1
	}
	if failure != nil {
		exception := support.Caught(failure)
		if exception.Class.IsA(support.KeyError) || exception.Class.IsA(support.TypeError) || exception.Class.IsA(support.ValueError) || exception.Class.IsA(support.OverflowError) {
			return support.Respond(
				support.NewDict[string, any](support.Member(
					"error",
					"product_id, warehouse and quantity are required",
				)),
				400,
			), nil
		}
		return nil, exception
	}
	var available int64
	value, err := state.Inventory.Restock(productID, warehouse, quantity)
	if err != nil {
		exception1 := support.Caught(err)
		if exception1.Class.IsA(support.ValueError) {
			return support.Respond(
				support.NewDict[string, any](support.Member("error", exception1.Message)),
				400,
			), nil
		}
		if exception1.Class.IsA(UnknownProduct) {
			return support.Respond(
				support.NewDict[string, any](support.Member("error", exception1.Message)),
				404,
			), nil
		}
		return nil, exception1
	}
	available = value
	return support.Respond(
		support.NewDict[string, any](
			support.Member("product_id", productID),
			support.Member("available", available),
		),
		200,
	), nil
}

// Transfer: Move units between two warehouses.
//
// Python: monolith.py:405-436
func Transfer(state *State, requestBody any) (*support.Response, error) {
	body := support.JSONOrEmpty(requestBody)
	var productID int64
	var fromWarehouse string
	var toWarehouse string
	var quantity int64
	var failure error
attempt:
	switch {
	default:
		member, err := support.JSONItem(body, "product_id")
		if err != nil {
			failure = err
			break attempt
		}
		number, err := support.JSONToInt(member)
		if err != nil {
			failure = err
			break attempt
		}
		productID = number
		member1, err := support.JSONItem(body, "from_warehouse")
		if err != nil {
			failure = err
			break attempt
		}
		fromWarehouse = support.JSONToText(member1)
		member2, err := support.JSONItem(body, "to_warehouse")
		if err != nil {
			failure = err
			break attempt
		}
		toWarehouse = support.JSONToText(member2)
		member3, err := support.JSONItem(body, "quantity")
		if err != nil {
			failure = err
			break attempt
		}
		number1, err := support.JSONToInt(member3)
		if err != nil {
			failure = err
			break attempt
		}
		quantity = number1
	}
	if failure != nil {
		exception := support.Caught(failure)
		if exception.Class.IsA(support.KeyError) || exception.Class.IsA(support.TypeError) || exception.Class.IsA(support.ValueError) || exception.Class.IsA(support.OverflowError) {
			return support.Respond(
				support.NewDict[string, any](support.Member(
					"error",
					"product_id, from_warehouse, to_warehouse and quantity are required",
				)),
				400,
			), nil
		}
		return nil, exception
	}
	if err := state.Inventory.Transfer(productID, fromWarehouse, toWarehouse, quantity); err != nil {
		exception1 := support.Caught(err)
		if exception1.Class.IsA(support.ValueError) {
			return support.Respond(
				support.NewDict[string, any](support.Member("error", exception1.Message)),
				400,
			), nil
		}
		if exception1.Class.IsA(UnknownProduct) {
			return support.Respond(
				support.NewDict[string, any](support.Member("error", exception1.Message)),
				404,
			), nil
		}
		if exception1.Class.IsA(InsufficientStock) {
			return support.Respond(
				support.NewDict[string, any](support.Member("error", exception1.Message)),
				409,
			), nil
		}
		return nil, exception1
	}
	return support.Respond(
		support.NewDict[string, any](
			support.Member("product_id", productID),
			support.Member("from_warehouse", fromWarehouse),
			support.Member("to_warehouse", toWarehouse),
			support.Member("quantity", quantity),
		),
		200,
	), nil
}
