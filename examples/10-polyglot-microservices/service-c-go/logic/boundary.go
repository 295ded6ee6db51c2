package logic

import (
	"slices"

	"service-c-go/logic/support"
)

// Session is the module at work: its state behind a lock, and the objects that callers keep.
type Session = support.Session[*State]

// NewSession returns a session as it is after importing the module.
func NewSession() *Session {
	return support.NewSession(module())
}

// Answer is the answer to a call.
type Answer = support.Answer

// AnswerKind says how a call ended.
type AnswerKind = support.AnswerKind

// Kinds of answers.
const (
	AnswerOk        = support.AnswerOk
	AnswerError     = support.AnswerError
	AnswerGuard     = support.AnswerGuard
	AnswerMalformed = support.AnswerMalformed
)

// RouteRequest is a request to a route of the monolith.
type RouteRequest = support.RouteRequest

// RouteAnswer is the answer of a route.
type RouteAnswer = support.RouteAnswer

// RouteKind says how a route ended.
type RouteKind = support.RouteKind

// Kinds of route answers.
const (
	RouteResponse = support.RouteResponse
	RouteError    = support.RouteError
	RouteGuard    = support.RouteGuard
	RouteNotFound = support.RouteNotFound
)

// State is what the module's functions change: its globals.
type State struct {
	Inventory *Inventory
}

// NewState returns the state as it is after importing the module.
func NewState() *State {
	state := &State{}
	inventory, err := SeedInventory(1000)
	if err != nil {
		panic(err)
	}
	state.Inventory = inventory
	return state
}

// module lists what the outside can call.
func module() *support.Module[*State] {
	return &support.Module[*State]{
		New:          NewState,
		Clone:        cloneState,
		Functions:    functions(),
		Constructors: constructors(),
		Methods:      methods(),
		Objects:      objects(),
		ClassOf:      classOf,
		CloneObject:  cloneObject,
		WriteState:   writeState,
		Handlers:     handlers(),
	}
}

func functions() map[string]*support.Callable[*State] {
	return map[string]*support.Callable[*State]{
		"project": {
			Name:   "project",
			At:     "inventory.py:291:1",
			Access: support.Pure,
			Guards: true,
			Params: []support.Param{
				{Name: "product"},
				{Name: "extra"},
			},
			Run: func(state *State, call *support.Call) error {
				product := support.Arg(call, 0, productStockCodec())
				extra := support.Arg(call, 1, support.IntCodec)
				call.Start()
				result := Project(product, extra)
				call.Stop()
				support.Return(call, projectionCodec(), result)
				return nil
			},
		},
		"expected_units": {
			Name:   "expected_units",
			At:     "inventory.py:317:1",
			Access: support.Pure,
			Guards: true,
			Params: []support.Param{
				{Name: "product_id"},
				{Name: "day"},
				{Name: "pace"},
			},
			Run: func(state *State, call *support.Call) error {
				productID := support.Arg(call, 0, support.IntCodec)
				day := support.Arg(call, 1, support.IntCodec)
				pace := support.Arg(call, 2, support.IntCodec)
				call.Start()
				result := ExpectedUnits(productID, day, pace)
				call.Stop()
				support.Return(call, support.IntCodec, result)
				return nil
			},
		},
		"seed_inventory": {
			Name:   "seed_inventory",
			At:     "inventory.py:329:1",
			Access: support.Pure,
			Guards: true,
			Clock:  true,
			Params: []support.Param{
				{Name: "count", Optional: true},
			},
			Run: func(state *State, call *support.Call) error {
				count := support.ArgOr(call, 0, support.IntCodec, 1000)
				call.Start()
				result, err := SeedInventory(count)
				call.Stop()
				if err != nil {
					return err
				}
				support.ReturnShared(call, inventoryCodec(), result)
				return nil
			},
		},
	}
}

func constructors() map[string]*support.Callable[*State] {
	return map[string]*support.Callable[*State]{
		"StockLevel": {
			Name:   "StockLevel.__init__",
			At:     "inventory.py:42:1",
			Access: support.Pure,

			Method: true,
			Params: []support.Param{
				{Name: "warehouse"},
				{Name: "on_hand"},
				{Name: "reserved", Optional: true},
			},
			Run: func(state *State, call *support.Call) error {
				warehouse := support.Arg(call, 0, support.TextCodec)
				onHand := support.Arg(call, 1, support.IntCodec)
				reserved := support.ArgOr(call, 2, support.IntCodec, 0)
				call.Keep(&StockLevel{Warehouse: warehouse, OnHand: onHand, Reserved: reserved})
				return nil
			},
		},
		"Movement": {
			Name:   "Movement.__init__",
			At:     "inventory.py:56:1",
			Access: support.Pure,

			Method: true,
			Params: []support.Param{
				{Name: "kind"},
				{Name: "warehouse"},
				{Name: "units"},
				{Name: "at"},
			},
			Run: func(state *State, call *support.Call) error {
				kind := support.Arg(call, 0, support.TextCodec)
				warehouse := support.Arg(call, 1, support.TextCodec)
				units := support.Arg(call, 2, support.IntCodec)
				at := support.Arg(call, 3, support.FloatCodec)
				call.Keep(&Movement{Kind: kind, Warehouse: warehouse, Units: units, At: at})
				return nil
			},
		},
		"Reservation": {
			Name:   "Reservation.__init__",
			At:     "inventory.py:66:1",
			Access: support.Pure,

			Method: true,
			Params: []support.Param{
				{Name: "reservation_id"},
				{Name: "product_id"},
				{Name: "quantity"},
				{Name: "allocations"},
				{Name: "expires_at"},
			},
			Run: func(state *State, call *support.Call) error {
				reservationID := support.Arg(call, 0, support.TextCodec)
				productID := support.Arg(call, 1, support.IntCodec)
				quantity := support.Arg(call, 2, support.IntCodec)
				allocations := support.Arg(call, 3, support.DictCodec(support.TextCodec, support.IntCodec))
				expiresAt := support.Arg(call, 4, support.FloatCodec)
				call.Keep(&Reservation{
					ReservationID: reservationID,
					ProductID:     productID,
					Quantity:      quantity,
					Allocations:   allocations,
					ExpiresAt:     expiresAt,
				})
				return nil
			},
		},
		"ProductStock": {
			Name:   "ProductStock.__init__",
			At:     "inventory.py:77:1",
			Access: support.Pure,

			Method: true,
			Params: []support.Param{
				{Name: "product_id"},
				{Name: "base_price"},
				{Name: "last_updated"},
				{Name: "levels", Optional: true},
				{Name: "reservations", Optional: true},
				{Name: "ledger", Optional: true},
			},
			Run: func(state *State, call *support.Call) error {
				productID := support.Arg(call, 0, support.IntCodec)
				basePrice := support.Arg(call, 1, support.FloatCodec)
				lastUpdated := support.Arg(call, 2, support.FloatCodec)
				levels := support.ArgOr(call, 3, support.DictCodec(support.TextCodec, stockLevelCodec()), support.NewDict[string, *StockLevel]())
				reservations := support.ArgOr(call, 4, support.DictCodec(support.TextCodec, reservationCodec()), support.NewDict[string, *Reservation]())
				ledger := support.ArgOr(call, 5, support.ListCodec(movementCodec()), []*Movement{})
				call.Keep(&ProductStock{
					ProductID:    productID,
					BasePrice:    basePrice,
					LastUpdated:  lastUpdated,
					Levels:       levels,
					Reservations: reservations,
					Ledger:       ledger,
				})
				return nil
			},
		},
		"Projection": {
			Name:   "Projection.__init__",
			At:     "inventory.py:89:1",
			Access: support.Pure,

			Method: true,
			Params: []support.Param{
				{Name: "days_of_cover"},
				{Name: "reorders"},
			},
			Run: func(state *State, call *support.Call) error {
				daysOfCover := support.Arg(call, 0, support.IntCodec)
				reorders := support.Arg(call, 1, support.IntCodec)
				call.Keep(&Projection{DaysOfCover: daysOfCover, Reorders: reorders})
				return nil
			},
		},
		"StockReport": {
			Name:   "StockReport.__init__",
			At:     "inventory.py:97:1",
			Access: support.Pure,

			Method: true,
			Params: []support.Param{
				{Name: "product_id"},
				{Name: "available"},
				{Name: "reserved"},
				{Name: "warehouse"},
				{Name: "last_updated"},
				{Name: "base_price"},
				{Name: "days_of_cover"},
				{Name: "safe_days"},
				{Name: "reorders"},
			},
			Run: func(state *State, call *support.Call) error {
				productID := support.Arg(call, 0, support.IntCodec)
				available := support.Arg(call, 1, support.IntCodec)
				reserved := support.Arg(call, 2, support.IntCodec)
				warehouse := support.Arg(call, 3, support.TextCodec)
				lastUpdated := support.Arg(call, 4, support.FloatCodec)
				basePrice := support.Arg(call, 5, support.FloatCodec)
				daysOfCover := support.Arg(call, 6, support.IntCodec)
				safeDays := support.Arg(call, 7, support.IntCodec)
				reorders := support.Arg(call, 8, support.IntCodec)
				call.Keep(&StockReport{
					ProductID:   productID,
					Available:   available,
					Reserved:    reserved,
					Warehouse:   warehouse,
					LastUpdated: lastUpdated,
					BasePrice:   basePrice,
					DaysOfCover: daysOfCover,
					SafeDays:    safeDays,
					Reorders:    reorders,
				})
				return nil
			},
		},
		"Inventory": {
			Name:   "Inventory.__init__",
			At:     "inventory.py:115:5",
			Access: support.Pure,

			Method: true,
			Run: func(state *State, call *support.Call) error {
				call.Start()
				result := NewInventory()
				call.Stop()
				call.Keep(result)
				return nil
			},
		},
	}
}

func methods() map[string]map[string]*support.Callable[*State] {
	return map[string]map[string]*support.Callable[*State]{
		"Inventory": {
			"add_product": {
				Name:   "Inventory.add_product",
				At:     "inventory.py:122:5",
				Access: support.Write,
				Clock:  true,

				Method: true,
				Params: []support.Param{
					{Name: "product_id"},
					{Name: "base_price"},
					{Name: "warehouse"},
					{Name: "quantity"},
				},
				Run: func(state *State, call *support.Call) error {
					productID := support.Arg(call, 0, support.IntCodec)
					basePrice := support.Arg(call, 1, support.FloatCodec)
					warehouse := support.Arg(call, 2, support.TextCodec)
					quantity := support.Arg(call, 3, support.IntCodec)
					self := call.Self.(*Inventory)
					call.Start()
					err := self.AddProduct(productID, basePrice, warehouse, quantity)
					call.Stop()
					if err != nil {
						return err
					}
					support.Return(call, support.NoneCodec, struct{}{})
					return nil
				},
			},
			"product_ids": {
				Name:   "Inventory.product_ids",
				At:     "inventory.py:136:5",
				Access: support.Read,
				Guards: true,

				Method: true,
				Run: func(state *State, call *support.Call) error {
					self := call.Self.(*Inventory)
					call.Start()
					result := self.ProductIDs()
					call.Stop()
					support.ReturnShared(call, support.ListCodec(support.IntCodec), result)
					return nil
				},
			},
			"base_price": {
				Name:   "Inventory.base_price",
				At:     "inventory.py:141:5",
				Access: support.Read,

				Method: true,
				Params: []support.Param{
					{Name: "product_id"},
				},
				Run: func(state *State, call *support.Call) error {
					productID := support.Arg(call, 0, support.IntCodec)
					self := call.Self.(*Inventory)
					call.Start()
					result, err := self.BasePrice(productID)
					call.Stop()
					if err != nil {
						return err
					}
					support.Return(call, support.FloatCodec, result)
					return nil
				},
			},
			"query_stock": {
				Name:   "Inventory.query_stock",
				At:     "inventory.py:146:5",
				Access: support.Write,
				Guards: true,
				Clock:  true,

				Method: true,
				Params: []support.Param{
					{Name: "product_id"},
				},
				Run: func(state *State, call *support.Call) error {
					productID := support.Arg(call, 0, support.IntCodec)
					self := call.Self.(*Inventory)
					call.Start()
					result, err := self.QueryStock(productID)
					call.Stop()
					if err != nil {
						return err
					}
					support.Return(call, stockReportCodec(), result)
					return nil
				},
			},
			"stock_by_warehouse": {
				Name:   "Inventory.stock_by_warehouse",
				At:     "inventory.py:164:5",
				Access: support.Write,
				Guards: true,
				Clock:  true,

				Method: true,
				Params: []support.Param{
					{Name: "product_id"},
				},
				Run: func(state *State, call *support.Call) error {
					productID := support.Arg(call, 0, support.IntCodec)
					self := call.Self.(*Inventory)
					call.Start()
					result, err := self.StockByWarehouse(productID)
					call.Stop()
					if err != nil {
						return err
					}
					support.ReturnShared(call, support.DictCodec(support.TextCodec, support.IntCodec), result)
					return nil
				},
			},
			"movements": {
				Name:   "Inventory.movements",
				At:     "inventory.py:171:5",
				Access: support.Read,

				Method: true,
				Params: []support.Param{
					{Name: "product_id"},
				},
				Run: func(state *State, call *support.Call) error {
					productID := support.Arg(call, 0, support.IntCodec)
					self := call.Self.(*Inventory)
					call.Start()
					result, err := self.Movements(productID)
					call.Stop()
					if err != nil {
						return err
					}
					support.ReturnShared(call, support.ListCodec(movementCodec()), result)
					return nil
				},
			},
			"reserve": {
				Name:   "Inventory.reserve",
				At:     "inventory.py:176:5",
				Access: support.Write,
				Guards: true,
				Clock:  true,

				Method: true,
				Params: []support.Param{
					{Name: "product_id"},
					{Name: "quantity"},
				},
				Run: func(state *State, call *support.Call) error {
					productID := support.Arg(call, 0, support.IntCodec)
					quantity := support.Arg(call, 1, support.IntCodec)
					self := call.Self.(*Inventory)
					call.Start()
					result, err := self.Reserve(productID, quantity)
					call.Stop()
					if err != nil {
						return err
					}
					support.Return(call, reservationCodec(), result)
					return nil
				},
			},
			"release": {
				Name:   "Inventory.release",
				At:     "inventory.py:201:5",
				Access: support.Write,
				Guards: true,
				Clock:  true,

				Method: true,
				Params: []support.Param{
					{Name: "reservation_id"},
				},
				Run: func(state *State, call *support.Call) error {
					reservationID := support.Arg(call, 0, support.TextCodec)
					self := call.Self.(*Inventory)
					call.Start()
					result, err := self.Release(reservationID)
					call.Stop()
					if err != nil {
						return err
					}
					support.Return(call, reservationCodec(), result)
					return nil
				},
			},
			"confirm": {
				Name:   "Inventory.confirm",
				At:     "inventory.py:209:5",
				Access: support.Write,
				Guards: true,
				Clock:  true,

				Method: true,
				Params: []support.Param{
					{Name: "reservation_id"},
				},
				Run: func(state *State, call *support.Call) error {
					reservationID := support.Arg(call, 0, support.TextCodec)
					self := call.Self.(*Inventory)
					call.Start()
					result, err := self.Confirm(reservationID)
					call.Stop()
					if err != nil {
						return err
					}
					support.Return(call, reservationCodec(), result)
					return nil
				},
			},
			"restock": {
				Name:   "Inventory.restock",
				At:     "inventory.py:220:5",
				Access: support.Write,
				Guards: true,
				Clock:  true,

				Method: true,
				Params: []support.Param{
					{Name: "product_id"},
					{Name: "warehouse"},
					{Name: "quantity"},
				},
				Run: func(state *State, call *support.Call) error {
					productID := support.Arg(call, 0, support.IntCodec)
					warehouse := support.Arg(call, 1, support.TextCodec)
					quantity := support.Arg(call, 2, support.IntCodec)
					self := call.Self.(*Inventory)
					call.Start()
					result, err := self.Restock(productID, warehouse, quantity)
					call.Stop()
					if err != nil {
						return err
					}
					support.Return(call, support.IntCodec, result)
					return nil
				},
			},
			"transfer": {
				Name:   "Inventory.transfer",
				At:     "inventory.py:233:5",
				Access: support.Write,
				Guards: true,
				Clock:  true,

				Method: true,
				Params: []support.Param{
					{Name: "product_id"},
					{Name: "from_wh"},
					{Name: "to_wh"},
					{Name: "quantity"},
				},
				Run: func(state *State, call *support.Call) error {
					productID := support.Arg(call, 0, support.IntCodec)
					fromWh := support.Arg(call, 1, support.TextCodec)
					toWh := support.Arg(call, 2, support.TextCodec)
					quantity := support.Arg(call, 3, support.IntCodec)
					self := call.Self.(*Inventory)
					call.Start()
					err := self.Transfer(productID, fromWh, toWh, quantity)
					call.Stop()
					if err != nil {
						return err
					}
					support.Return(call, support.NoneCodec, struct{}{})
					return nil
				},
			},
		},
	}
}

func objects() map[string]func(state *State) any {
	return map[string]func(state *State) any{
		"INVENTORY": func(state *State) any { return state.Inventory },
	}
}

func classOf(object any) string {
	switch object.(type) {
	case *StockLevel:
		return "StockLevel"
	case *Movement:
		return "Movement"
	case *Reservation:
		return "Reservation"
	case *ProductStock:
		return "ProductStock"
	case *Projection:
		return "Projection"
	case *StockReport:
		return "StockReport"
	case *Inventory:
		return "Inventory"
	}
	return ""
}

func cloneObject(c *support.Cloner, object any) any {
	switch object := object.(type) {
	case *StockLevel:
		return cloneStockLevel(c, object)
	case *ProductStock:
		return cloneProductStock(c, object)
	case *Inventory:
		return cloneInventory(c, object)
	}
	return object
}

func cloneState(c *support.Cloner, state *State) *State {
	copied := *state
	copied.Inventory = cloneInventory(c, state.Inventory)
	return &copied
}

func writeState(w *support.Writer, state *State, object any) {
	w.Begin()
	switch object := object.(type) {
	case nil:
		support.WriteField(w, "INVENTORY", inventoryCodec(), state.Inventory)
	case *StockLevel:
		writeStockLevelFields(w, object)
	case *Movement:
		writeMovementFields(w, object)
	case *Reservation:
		writeReservationFields(w, object)
	case *ProductStock:
		writeProductStockFields(w, object)
	case *Projection:
		writeProjectionFields(w, object)
	case *StockReport:
		writeStockReportFields(w, object)
	case *Inventory:
		writeInventoryFields(w, object)
	default:
		support.Decline("type")
	}
	w.End()
}

func handlers() map[string]*support.Handler[*State] {
	return map[string]*support.Handler[*State]{
		"query_stock": {
			At:     "monolith.py:304:1",
			Access: support.Write,
			Guards: true,
			Clock:  true,
			Ints:   []bool{true},
			Run: func(state *State, args []any) (int64, []byte, error) {
				response, err := QueryStock(state, args[0].(int64))
				if err != nil {
					return 0, nil, err
				}
				return response.Status, response.Body(), nil
			},
		},
		"reserve": {
			At:        "monolith.py:322:1",
			Access:    support.Write,
			Guards:    true,
			Clock:     true,
			ReadsBody: true,
			Run: func(state *State, args []any) (int64, []byte, error) {
				response, err := Reserve(state, args[0])
				if err != nil {
					return 0, nil, err
				}
				return response.Status, response.Body(), nil
			},
		},
		"confirm": {
			At:     "monolith.py:352:1",
			Access: support.Write,
			Guards: true,
			Clock:  true,
			Ints:   []bool{false},
			Run: func(state *State, args []any) (int64, []byte, error) {
				response, err := Confirm(state, args[0].(string))
				if err != nil {
					return 0, nil, err
				}
				return response.Status, response.Body(), nil
			},
		},
		"release": {
			At:     "monolith.py:369:1",
			Access: support.Write,
			Guards: true,
			Clock:  true,
			Ints:   []bool{false},
			Run: func(state *State, args []any) (int64, []byte, error) {
				response, err := Release(state, args[0].(string))
				if err != nil {
					return 0, nil, err
				}
				return response.Status, response.Body(), nil
			},
		},
		"restock": {
			At:        "monolith.py:386:1",
			Access:    support.Write,
			Guards:    true,
			Clock:     true,
			ReadsBody: true,
			Run: func(state *State, args []any) (int64, []byte, error) {
				response, err := Restock(state, args[0])
				if err != nil {
					return 0, nil, err
				}
				return response.Status, response.Body(), nil
			},
		},
		"transfer": {
			At:        "monolith.py:405:1",
			Access:    support.Write,
			Guards:    true,
			Clock:     true,
			ReadsBody: true,
			Run: func(state *State, args []any) (int64, []byte, error) {
				response, err := Transfer(state, args[0])
				if err != nil {
					return 0, nil, err
				}
				return response.Status, response.Body(), nil
			},
		},
	}
}

func stockLevelCodec() support.Codec[*StockLevel] {
	return support.Codec[*StockLevel]{Read: readStockLevel, Write: writeStockLevel}
}

func readStockLevel(r *support.Reader, data any) *StockLevel {
	if kept, ok := support.KeptAs[*StockLevel](r, data); ok {
		return kept
	}
	fields := support.Object(data, "StockLevel", 3)
	return &StockLevel{
		Warehouse: support.ReadField(r, fields, "warehouse", support.TextCodec),
		OnHand:    support.ReadField(r, fields, "on_hand", support.IntCodec),
		Reserved:  support.ReadField(r, fields, "reserved", support.IntCodec),
	}
}

func writeStockLevel(w *support.Writer, value *StockLevel) {
	w.BeginClass("StockLevel")
	writeStockLevelFields(w, value)
	w.EndClass()
}

func writeStockLevelFields(w *support.Writer, value *StockLevel) {
	support.WriteField(w, "warehouse", support.TextCodec, value.Warehouse)
	support.WriteField(w, "on_hand", support.IntCodec, value.OnHand)
	support.WriteField(w, "reserved", support.IntCodec, value.Reserved)
}

func cloneStockLevel(c *support.Cloner, object *StockLevel) *StockLevel {
	return support.Copy(c, object, func(copied *StockLevel) {
	})
}

func movementCodec() support.Codec[*Movement] {
	return support.Codec[*Movement]{Read: readMovement, Write: writeMovement}
}

func readMovement(r *support.Reader, data any) *Movement {
	if kept, ok := support.KeptAs[*Movement](r, data); ok {
		return kept
	}
	fields := support.Object(data, "Movement", 4)
	return &Movement{
		Kind:      support.ReadField(r, fields, "kind", support.TextCodec),
		Warehouse: support.ReadField(r, fields, "warehouse", support.TextCodec),
		Units:     support.ReadField(r, fields, "units", support.IntCodec),
		At:        support.ReadField(r, fields, "at", support.FloatCodec),
	}
}

func writeMovement(w *support.Writer, value *Movement) {
	w.BeginClass("Movement")
	writeMovementFields(w, value)
	w.EndClass()
}

func writeMovementFields(w *support.Writer, value *Movement) {
	support.WriteField(w, "kind", support.TextCodec, value.Kind)
	support.WriteField(w, "warehouse", support.TextCodec, value.Warehouse)
	support.WriteField(w, "units", support.IntCodec, value.Units)
	support.WriteField(w, "at", support.FloatCodec, value.At)
}

func reservationCodec() support.Codec[*Reservation] {
	return support.Codec[*Reservation]{Read: readReservation, Write: writeReservation}
}

func readReservation(r *support.Reader, data any) *Reservation {
	if kept, ok := support.KeptAs[*Reservation](r, data); ok {
		return kept
	}
	fields := support.Object(data, "Reservation", 5)
	return &Reservation{
		ReservationID: support.ReadField(r, fields, "reservation_id", support.TextCodec),
		ProductID:     support.ReadField(r, fields, "product_id", support.IntCodec),
		Quantity:      support.ReadField(r, fields, "quantity", support.IntCodec),
		Allocations:   support.ReadField(r, fields, "allocations", support.DictCodec(support.TextCodec, support.IntCodec)),
		ExpiresAt:     support.ReadField(r, fields, "expires_at", support.FloatCodec),
	}
}

func writeReservation(w *support.Writer, value *Reservation) {
	w.BeginClass("Reservation")
	writeReservationFields(w, value)
	w.EndClass()
}

func writeReservationFields(w *support.Writer, value *Reservation) {
	support.WriteField(w, "reservation_id", support.TextCodec, value.ReservationID)
	support.WriteField(w, "product_id", support.IntCodec, value.ProductID)
	support.WriteField(w, "quantity", support.IntCodec, value.Quantity)
	support.WriteField(w, "allocations", support.DictCodec(support.TextCodec, support.IntCodec), value.Allocations)
	support.WriteField(w, "expires_at", support.FloatCodec, value.ExpiresAt)
}

func productStockCodec() support.Codec[*ProductStock] {
	return support.Codec[*ProductStock]{Read: readProductStock, Write: writeProductStock}
}

func readProductStock(r *support.Reader, data any) *ProductStock {
	if kept, ok := support.KeptAs[*ProductStock](r, data); ok {
		return kept
	}
	fields := support.Object(data, "ProductStock", 6)
	return &ProductStock{
		ProductID:    support.ReadField(r, fields, "product_id", support.IntCodec),
		BasePrice:    support.ReadField(r, fields, "base_price", support.FloatCodec),
		LastUpdated:  support.ReadField(r, fields, "last_updated", support.FloatCodec),
		Levels:       support.ReadField(r, fields, "levels", support.DictCodec(support.TextCodec, stockLevelCodec())),
		Reservations: support.ReadField(r, fields, "reservations", support.DictCodec(support.TextCodec, reservationCodec())),
		Ledger:       support.ReadField(r, fields, "ledger", support.ListCodec(movementCodec())),
	}
}

func writeProductStock(w *support.Writer, value *ProductStock) {
	w.BeginClass("ProductStock")
	writeProductStockFields(w, value)
	w.EndClass()
}

func writeProductStockFields(w *support.Writer, value *ProductStock) {
	support.WriteField(w, "product_id", support.IntCodec, value.ProductID)
	support.WriteField(w, "base_price", support.FloatCodec, value.BasePrice)
	support.WriteField(w, "last_updated", support.FloatCodec, value.LastUpdated)
	support.WriteField(w, "levels", support.DictCodec(support.TextCodec, stockLevelCodec()), value.Levels)
	support.WriteField(w, "reservations", support.DictCodec(support.TextCodec, reservationCodec()), value.Reservations)
	support.WriteField(w, "ledger", support.ListCodec(movementCodec()), value.Ledger)
}

func cloneProductStock(c *support.Cloner, object *ProductStock) *ProductStock {
	return support.Copy(c, object, func(copied *ProductStock) {
		copied.Levels = support.CopyDict(object.Levels, func(value *StockLevel) *StockLevel {
			return cloneStockLevel(c, value)
		})
		copied.Reservations = support.CopyDict(object.Reservations, func(value *Reservation) *Reservation {
			return value
		})
		copied.Ledger = slices.Clone(object.Ledger)
	})
}

func projectionCodec() support.Codec[*Projection] {
	return support.Codec[*Projection]{Read: readProjection, Write: writeProjection}
}

func readProjection(r *support.Reader, data any) *Projection {
	if kept, ok := support.KeptAs[*Projection](r, data); ok {
		return kept
	}
	fields := support.Object(data, "Projection", 2)
	return &Projection{
		DaysOfCover: support.ReadField(r, fields, "days_of_cover", support.IntCodec),
		Reorders:    support.ReadField(r, fields, "reorders", support.IntCodec),
	}
}

func writeProjection(w *support.Writer, value *Projection) {
	w.BeginClass("Projection")
	writeProjectionFields(w, value)
	w.EndClass()
}

func writeProjectionFields(w *support.Writer, value *Projection) {
	support.WriteField(w, "days_of_cover", support.IntCodec, value.DaysOfCover)
	support.WriteField(w, "reorders", support.IntCodec, value.Reorders)
}

func stockReportCodec() support.Codec[*StockReport] {
	return support.Codec[*StockReport]{Read: readStockReport, Write: writeStockReport}
}

func readStockReport(r *support.Reader, data any) *StockReport {
	if kept, ok := support.KeptAs[*StockReport](r, data); ok {
		return kept
	}
	fields := support.Object(data, "StockReport", 9)
	return &StockReport{
		ProductID:   support.ReadField(r, fields, "product_id", support.IntCodec),
		Available:   support.ReadField(r, fields, "available", support.IntCodec),
		Reserved:    support.ReadField(r, fields, "reserved", support.IntCodec),
		Warehouse:   support.ReadField(r, fields, "warehouse", support.TextCodec),
		LastUpdated: support.ReadField(r, fields, "last_updated", support.FloatCodec),
		BasePrice:   support.ReadField(r, fields, "base_price", support.FloatCodec),
		DaysOfCover: support.ReadField(r, fields, "days_of_cover", support.IntCodec),
		SafeDays:    support.ReadField(r, fields, "safe_days", support.IntCodec),
		Reorders:    support.ReadField(r, fields, "reorders", support.IntCodec),
	}
}

func writeStockReport(w *support.Writer, value *StockReport) {
	w.BeginClass("StockReport")
	writeStockReportFields(w, value)
	w.EndClass()
}

func writeStockReportFields(w *support.Writer, value *StockReport) {
	support.WriteField(w, "product_id", support.IntCodec, value.ProductID)
	support.WriteField(w, "available", support.IntCodec, value.Available)
	support.WriteField(w, "reserved", support.IntCodec, value.Reserved)
	support.WriteField(w, "warehouse", support.TextCodec, value.Warehouse)
	support.WriteField(w, "last_updated", support.FloatCodec, value.LastUpdated)
	support.WriteField(w, "base_price", support.FloatCodec, value.BasePrice)
	support.WriteField(w, "days_of_cover", support.IntCodec, value.DaysOfCover)
	support.WriteField(w, "safe_days", support.IntCodec, value.SafeDays)
	support.WriteField(w, "reorders", support.IntCodec, value.Reorders)
}

func inventoryCodec() support.Codec[*Inventory] {
	return support.Codec[*Inventory]{Read: readInventory, Write: writeInventory}
}

func readInventory(r *support.Reader, data any) *Inventory {
	if kept, ok := support.KeptAs[*Inventory](r, data); ok {
		return kept
	}
	fields := support.Object(data, "Inventory", 3)
	return &Inventory{
		products: support.ReadField(r, fields, "_products", support.DictCodec(support.IntCodec, productStockCodec())),
		productByReservation: support.ReadField(
			r,
			fields,
			"_product_by_reservation",
			support.DictCodec(support.TextCodec, support.IntCodec),
		),
		sequence: support.ReadField(r, fields, "_sequence", support.IntCodec),
	}
}

func writeInventory(w *support.Writer, value *Inventory) {
	w.BeginClass("Inventory")
	writeInventoryFields(w, value)
	w.EndClass()
}

func writeInventoryFields(w *support.Writer, value *Inventory) {
	support.WriteField(w, "_products", support.DictCodec(support.IntCodec, productStockCodec()), value.products)
	support.WriteField(w, "_product_by_reservation", support.DictCodec(support.TextCodec, support.IntCodec), value.productByReservation)
	support.WriteField(w, "_sequence", support.IntCodec, value.sequence)
}

func cloneInventory(c *support.Cloner, object *Inventory) *Inventory {
	return support.Copy(c, object, func(copied *Inventory) {
		copied.products = support.CopyDict(object.products, func(value *ProductStock) *ProductStock {
			return cloneProductStock(c, value)
		})
		copied.productByReservation = support.CopyDict(object.productByReservation, func(value int64) int64 {
			return value
		})
	})
}
