// Package logic is the Python module inventory.
//
// Stock: what lies where, what is promised to whom, and what is left to sell.
//
// One lock guards everything. A reservation holds units back for fifteen minutes; it is confirmed
// (the units leave), released (they go back on sale) or it lapses. Stock never goes below zero and
// no unit is promised twice.
//
//	>>> inventory = seed_inventory(200)
//	>>> inventory.query_stock(123).available
//	223
//	>>> reservation = inventory.reserve(123, 23)
//	>>> inventory.query_stock(123).available
//	200
package logic

import (
	"cmp"
	"fmt"
	"slices"

	"service-c-go/logic/support"
)

const ReservationSeconds float64 = 900.0
const MaxUnits int64 = 10000000
const LedgerLength int64 = 64
const ProjectionDays int64 = 365
const ReorderPoint int64 = 40
const ReorderUnits int64 = 120
const LeadDays int64 = 9

var ExtraUnits = []int64{0, 1, 2, 3, 4, 5, 6}

var Warehouses = []string{"WH-1", "WH-2", "WH-3", "WH-4", "WH-5"}

// UnknownProduct: A product that the inventory does not keep.
//
// Python: inventory.py:30-31
var UnknownProduct = support.NewClass("UnknownProduct", support.LookupError)

// UnknownReservation: A reservation that does not exist, or does no longer.
//
// Python: inventory.py:34-35
var UnknownReservation = support.NewClass("UnknownReservation", support.LookupError)

// InsufficientStock: Fewer units are available than somebody asked for.
//
// Python: inventory.py:38-39
var InsufficientStock = support.NewClass("InsufficientStock", support.ExceptionClass)

// StockLevel: The units of one product in one warehouse.
//
// Python: inventory.py:42-53
type StockLevel struct {
	Warehouse string
	OnHand    int64
	Reserved  int64
}

// Available: The units that can still be promised.
//
// Python: inventory.py:50-53
func (s *StockLevel) Available() int64 {
	return support.Sub(s.OnHand, s.Reserved)
}

// Movement: One line of a product's ledger: units that came in (positive) or left (negative).
//
// Python: inventory.py:56-63
type Movement struct {
	Kind      string
	Warehouse string
	Units     int64
	At        float64
}

// Reservation: Units held back for a customer, by warehouse, until `expires_at` in epoch seconds.
//
// Python: inventory.py:66-74
type Reservation struct {
	ReservationID string
	ProductID     int64
	Quantity      int64
	Allocations   *support.Dict[string, int64]
	ExpiresAt     float64
}

// ProductStock: Everything the inventory keeps about one product.
//
// Python: inventory.py:77-86
type ProductStock struct {
	ProductID    int64
	BasePrice    float64
	LastUpdated  float64
	Levels       *support.Dict[string, *StockLevel]
	Reservations *support.Dict[string, *Reservation]
	Ledger       []*Movement
}

// Projection: What a product's stock will do in the year ahead: the days it lasts, the orders it takes.
//
// Python: inventory.py:89-94
type Projection struct {
	DaysOfCover int64
	Reorders    int64
}

// StockReport: The answer to "what is left of this product?".
//
// Python: inventory.py:97-109
type StockReport struct {
	ProductID   int64
	Available   int64
	Reserved    int64
	Warehouse   string
	LastUpdated float64
	BasePrice   float64
	DaysOfCover int64
	SafeDays    int64
	Reorders    int64
}

// Inventory: The stock of all products, safe to use from many threads.
//
// Python: inventory.py:112-288
type Inventory struct {
	products             *support.Dict[int64, *ProductStock]
	productByReservation *support.Dict[string, int64]
	sequence             int64
}

// NewInventory: Open an inventory without products.
//
// Python: inventory.py:115-120
func NewInventory() *Inventory {
	products := support.NewDict[int64, *ProductStock]()
	productByReservation := support.NewDict[string, int64]()
	sequence := int64(0)
	return &Inventory{products: products, productByReservation: productByReservation, sequence: sequence}
}

// AddProduct: Take a new product into stock; raise ValueError when it is there already.
//
// Python: inventory.py:122-134
func (i *Inventory) AddProduct(productID int64, basePrice float64, warehouse string, quantity int64) error {
	if err := checkUnits(quantity, 0); err != nil {
		return err
	}
	if err := checkWarehouse(warehouse); err != nil {
		return err
	}
	if i.products.Has(productID) {
		return support.ValueError.New(fmt.Sprintf("product %d is already in stock", productID))
	}
	now := support.Now()
	product := &ProductStock{
		ProductID:    productID,
		BasePrice:    basePrice,
		LastUpdated:  now,
		Levels:       support.NewDict[string, *StockLevel](),
		Reservations: support.NewDict[string, *Reservation](),
		Ledger:       []*Movement{},
	}
	product.Levels.Set(warehouse, &StockLevel{Warehouse: warehouse, OnHand: quantity, Reserved: 0})
	i.products.Set(productID, product)
	return nil
}

// ProductIDs: Return the numbers of all products, ascending.
//
// Python: inventory.py:136-139
func (i *Inventory) ProductIDs() []int64 {
	sorted := i.products.Keys()
	slices.Sort(sorted)
	return sorted
}

// BasePrice: Return a product's base price.
//
// Python: inventory.py:141-144
func (i *Inventory) BasePrice(productID int64) (float64, error) {
	productStock, err := i.product(productID)
	if err != nil {
		return 0, err
	}
	return productStock.BasePrice, nil
}

// QueryStock: Return what is left of a product, and how long it will last.
//
// Python: inventory.py:146-162
func (i *Inventory) QueryStock(productID int64) (*StockReport, error) {
	product, err := i.product(productID)
	if err != nil {
		return nil, err
	}
	now := support.Now()
	if err := i.dropLapsed(product, now); err != nil {
		return nil, err
	}
	years := make([]*Projection, 0, len(ExtraUnits))
	for _, extra := range ExtraUnits {
		years = append(years, Project(product, extra))
	}
	items1 := []int64{}
	for _, entry := range product.Levels.Entries() {
		level := entry.Value
		items1 = append(items1, level.Reserved)
	}
	value, err := mainWarehouse(product)
	if err != nil {
		return nil, err
	}
	item1, err := support.ItemAt(years, 0)
	if err != nil {
		return nil, err
	}
	items2 := make([]int64, 0, len(years))
	for _, year := range years {
		items2 = append(items2, year.DaysOfCover)
	}
	smallest, err := support.MinOf(items2)
	if err != nil {
		return nil, err
	}
	items3 := make([]int64, 0, len(years))
	for _, year2 := range years {
		items3 = append(items3, year2.Reorders)
	}
	largest, err := support.MaxOf(items3)
	if err != nil {
		return nil, err
	}
	return &StockReport{
		ProductID:   productID,
		Available:   availableOf(product),
		Reserved:    support.SumInts(items1),
		Warehouse:   value,
		LastUpdated: product.LastUpdated,
		BasePrice:   product.BasePrice,
		DaysOfCover: item1.DaysOfCover,
		SafeDays:    smallest,
		Reorders:    largest,
	}, nil
}

// StockByWarehouse: Return the available units of a product in each warehouse.
//
// Python: inventory.py:164-169
func (i *Inventory) StockByWarehouse(productID int64) (*support.Dict[string, int64], error) {
	product, err := i.product(productID)
	if err != nil {
		return nil, err
	}
	now := support.Now()
	if err := i.dropLapsed(product, now); err != nil {
		return nil, err
	}
	table := support.NewDict[string, int64]()
	sorted := product.Levels.Keys()
	slices.Sort(sorted)
	for _, name := range sorted {
		value, found := product.Levels.Get(name)
		if !found {
			return nil, support.KeyError.New(support.ReprText(name))
		}
		table.Set(name, value.Available())
	}
	return table, nil
}

// Movements: Return the latest movements of a product, oldest first.
//
// Python: inventory.py:171-174
func (i *Inventory) Movements(productID int64) ([]*Movement, error) {
	productStock, err := i.product(productID)
	if err != nil {
		return nil, err
	}
	return slices.Clone(productStock.Ledger), nil
}

// Reserve: Hold units back, from the fullest warehouses first, or raise InsufficientStock.
//
// Python: inventory.py:176-199
func (i *Inventory) Reserve(productID, quantity int64) (*Reservation, error) {
	if err := checkUnits(quantity, 1); err != nil {
		return nil, err
	}
	product, err := i.product(productID)
	if err != nil {
		return nil, err
	}
	now := support.Now()
	if err := i.dropLapsed(product, now); err != nil {
		return nil, err
	}
	available := availableOf(product)
	if quantity > available {
		return nil, InsufficientStock.New(fmt.Sprintf(
			"product %d: %d requested, %d available",
			productID,
			quantity,
			available,
		))
	}
	i.sequence = support.Add(i.sequence, 1)
	operand := fmt.Sprintf("RES-%d-%06d", productID, i.sequence)
	reservation := &Reservation{
		ReservationID: operand,
		ProductID:     productID,
		Quantity:      quantity,
		Allocations:   allocate(product, quantity),
		ExpiresAt:     now + ReservationSeconds,
	}
	product.Reservations.Set(reservation.ReservationID, reservation)
	i.productByReservation.Set(reservation.ReservationID, productID)
	product.LastUpdated = now
	return reservation, nil
}

// Release: Put a reservation's units back on sale and return the reservation.
//
// Python: inventory.py:201-207
func (i *Inventory) Release(reservationID string) (*Reservation, error) {
	now := support.Now()
	product, err := i.reservedProduct(reservationID, now)
	if err != nil {
		return nil, err
	}
	product.LastUpdated = now
	return i.close(product, reservationID)
}

// Confirm: Let a reservation's units leave the warehouses and return the reservation.
//
// Python: inventory.py:209-218
func (i *Inventory) Confirm(reservationID string) (*Reservation, error) {
	now := support.Now()
	product, err := i.reservedProduct(reservationID, now)
	if err != nil {
		return nil, err
	}
	reservation, err := i.close(product, reservationID)
	if err != nil {
		return nil, err
	}
	for _, entry := range reservation.Allocations.Entries() {
		warehouse := entry.Key
		units := entry.Value
		value, found := product.Levels.Get(warehouse)
		if !found {
			return nil, support.KeyError.New(support.ReprText(warehouse))
		}
		value.OnHand = support.Sub(value.OnHand, units)
		if err := record(
			product,
			&Movement{Kind: "sale", Warehouse: warehouse, Units: support.Neg(units), At: now},
		); err != nil {
			return nil, err
		}
	}
	return reservation, nil
}

// Restock: Add units to a warehouse and return what the product has available now.
//
// Python: inventory.py:220-231
func (i *Inventory) Restock(productID int64, warehouse string, quantity int64) (int64, error) {
	if err := checkUnits(quantity, 1); err != nil {
		return 0, err
	}
	if err := checkWarehouse(warehouse); err != nil {
		return 0, err
	}
	product, err := i.product(productID)
	if err != nil {
		return 0, err
	}
	if err := checkUnits(support.Add(onHand(product), quantity), 1); err != nil {
		return 0, err
	}
	now := support.Now()
	if err := i.dropLapsed(product, now); err != nil {
		return 0, err
	}
	object := levelOf(product, warehouse)
	object.OnHand = support.Add(object.OnHand, quantity)
	if err := record(product, &Movement{Kind: "restock", Warehouse: warehouse, Units: quantity, At: now}); err != nil {
		return 0, err
	}
	return availableOf(product), nil
}

// Transfer: Move available units between two warehouses, or raise InsufficientStock.
//
// Python: inventory.py:233-253
func (i *Inventory) Transfer(productID int64, fromWh, toWh string, quantity int64) error {
	if err := checkUnits(quantity, 1); err != nil {
		return err
	}
	if err := checkWarehouse(fromWh); err != nil {
		return err
	}
	if err := checkWarehouse(toWh); err != nil {
		return err
	}
	if fromWh == toWh {
		return support.ValueError.New("cannot transfer from " + fromWh + " to itself")
	}
	product, err := i.product(productID)
	if err != nil {
		return err
	}
	now := support.Now()
	if err := i.dropLapsed(product, now); err != nil {
		return err
	}
	source := product.Levels.GetOr(fromWh, nil)
	var available int64
	if source == nil {
		available = 0
	} else {
		available = source.Available()
	}
	if source == nil || quantity > available {
		return InsufficientStock.New(fmt.Sprintf(
			"product %d in %s: %d requested, %d available",
			productID,
			fromWh,
			quantity,
			available,
		))
	}
	source.OnHand = support.Sub(source.OnHand, quantity)
	object := levelOf(product, toWh)
	object.OnHand = support.Add(object.OnHand, quantity)
	if err := record(
		product,
		&Movement{Kind: "transfer", Warehouse: fromWh, Units: support.Neg(quantity), At: now},
	); err != nil {
		return err
	}
	return record(product, &Movement{Kind: "transfer", Warehouse: toWh, Units: quantity, At: now})
}

// product: Return a product's stock; the caller holds the lock.
//
// Python: inventory.py:255-260
func (i *Inventory) product(productID int64) (*ProductStock, error) {
	product := i.products.GetOr(productID, nil)
	if product == nil {
		return nil, UnknownProduct.New(fmt.Sprintf("product %d not found", productID))
	}
	return product, nil
}

// reservedProduct: Return the product of an open reservation; the caller holds the lock.
//
// Python: inventory.py:262-269
func (i *Inventory) reservedProduct(reservationID string, now float64) (*ProductStock, error) {
	if i.productByReservation.Has(reservationID) {
		key := i.productByReservation.At(reservationID)
		product, found := i.products.Get(key)
		if !found {
			return nil, support.KeyError.New(support.IntText(key))
		}
		if err := i.dropLapsed(product, now); err != nil {
			return nil, err
		}
		if product.Reservations.Has(reservationID) {
			return product, nil
		}
	}
	return nil, UnknownReservation.New("reservation " + reservationID + " not found")
}

// close: Forget a reservation and what it holds back; the caller holds the lock.
//
// Python: inventory.py:271-277
func (i *Inventory) close(product *ProductStock, reservationID string) (*Reservation, error) {
	reservation, found := product.Reservations.Take(reservationID)
	if !found {
		return nil, support.KeyError.New(support.ReprText(reservationID))
	}
	if !i.productByReservation.Delete(reservationID) {
		return nil, support.KeyError.New(support.ReprText(reservationID))
	}
	for _, entry := range reservation.Allocations.Entries() {
		warehouse := entry.Key
		units := entry.Value
		value, found1 := product.Levels.Get(warehouse)
		if !found1 {
			return nil, support.KeyError.New(support.ReprText(warehouse))
		}
		value.Reserved = support.Sub(value.Reserved, units)
	}
	return reservation, nil
}

// dropLapsed: Close the reservations whose time is up; the caller holds the lock.
//
// Python: inventory.py:279-288
func (i *Inventory) dropLapsed(product *ProductStock, now float64) error {
	lapsed := []string{}
	for _, entry := range product.Reservations.Entries() {
		held := entry.Value
		if held.ExpiresAt <= now {
			lapsed = append(lapsed, held.ReservationID)
		}
	}
	for _, reservationID := range lapsed {
		if _, err := i.close(product, reservationID); err != nil {
			return err
		}
		product.LastUpdated = now
	}
	return nil
}

// Project: Return how a product's stock will go if it sells `extra` units a day more than usual.
//
// Usual trade is what the product's code and its recent sales say. When available and ordered
// units fall to the reorder point, a delivery is ordered, which takes a few days to arrive.
//
// Python: inventory.py:291-314
func Project(product *ProductStock, extra int64) *Projection {
	stock := availableOf(product)
	pace := support.Add(support.FloorDiv(recentSales(product), 7), extra)
	arrivals := support.NewDict[int64, int64]()
	ordered := int64(0)
	reorders := int64(0)
	cover := ProjectionDays
	for day := range ProjectionDays {
		delivered := arrivals.GetOr(day, 0)
		ordered = support.Sub(ordered, delivered)
		stock = support.Add(stock, delivered)
		stock = support.Sub(stock, support.Min(stock, ExpectedUnits(product.ProductID, day, pace)))
		if stock == 0 && cover == ProjectionDays {
			cover = day
		}
		if support.Add(stock, ordered) <= ReorderPoint {
			arrivals.Set(day+LeadDays, ReorderUnits)
			ordered = support.Add(ordered, ReorderUnits)
			reorders++
		}
	}
	return &Projection{DaysOfCover: cover, Reorders: reorders}
}

// ExpectedUnits: Return the units expected to sell on a day of the year ahead.
//
// The product's code spreads its steady customers over the days, and on one day of the week,
// the product's own, more of them come; `pace` comes on top of both.
//
// Python: inventory.py:317-326
func ExpectedUnits(productID, day, pace int64) int64 {
	steady := support.Mod(support.Add(support.Mul(productID, 13), support.Mul(day, 7)), 4)
	if support.Mod(day, 7) == support.Mod(productID, 7) {
		steady = support.Add(steady, 2)
	}
	return support.Add(steady, pace)
}

// SeedInventory: Return an inventory of the shop's catalogue, products 1 to `count`.
//
// Python: inventory.py:329-335
func SeedInventory(count int64) (*Inventory, error) {
	inventory := NewInventory()
	stop := support.Add(count, 1)
	for number := int64(1); number < stop; number++ {
		warehouse := "WH-" + support.IntText(number%5+1)
		if err := inventory.AddProduct(number, float64(50+number%200), warehouse, 100+number%500); err != nil {
			return nil, err
		}
	}
	return inventory, nil
}

// recentSales: Return the units sold by the movements that the ledger still holds.
//
// Python: inventory.py:338-340
func recentSales(product *ProductStock) int64 {
	items := []int64{}
	for _, movement := range product.Ledger {
		if movement.Kind == "sale" {
			items = append(items, support.Neg(movement.Units))
		}
	}
	return support.SumInts(items)
}

// onHand: Return the units of a product in all warehouses, promised or not.
//
// Python: inventory.py:343-345
func onHand(product *ProductStock) int64 {
	items := []int64{}
	for _, entry := range product.Levels.Entries() {
		level := entry.Value
		items = append(items, level.OnHand)
	}
	return support.SumInts(items)
}

// availableOf: Return the units of a product that can still be promised, in all warehouses.
//
// Python: inventory.py:348-350
func availableOf(product *ProductStock) int64 {
	items := []int64{}
	for _, entry := range product.Levels.Entries() {
		level := entry.Value
		items = append(items, level.Available())
	}
	return support.SumInts(items)
}

// byAvailability: Return a product's warehouses, the fullest first, equals by name.
//
// Python: inventory.py:353-355
func byAvailability(product *ProductStock) []*StockLevel {
	sorted := product.Levels.Values()
	slices.SortStableFunc(sorted, func(a, b *StockLevel) int {
		return cmp.Or(
			cmp.Compare(support.Neg(a.Available()), support.Neg(b.Available())),
			cmp.Compare(a.Warehouse, b.Warehouse),
		)
	})
	return sorted
}

// mainWarehouse: Return the warehouse that has most of a product to sell.
//
// Python: inventory.py:358-360
func mainWarehouse(product *ProductStock) (string, error) {
	item, err := support.ItemAt(byAvailability(product), 0)
	if err != nil {
		return "", err
	}
	return item.Warehouse, nil
}

// levelOf: Return a product's level in a warehouse, an empty one if it was never there.
//
// Python: inventory.py:363-367
func levelOf(product *ProductStock, warehouse string) *StockLevel {
	if !product.Levels.Has(warehouse) {
		product.Levels.Set(warehouse, &StockLevel{Warehouse: warehouse, OnHand: 0, Reserved: 0})
	}
	return product.Levels.At(warehouse)
}

// allocate: Promise units, the fullest warehouse first; there must be enough of them.
//
// Python: inventory.py:370-380
func allocate(product *ProductStock, quantity int64) *support.Dict[string, int64] {
	allocations := support.NewDict[string, int64]()
	missing := quantity
	for _, level := range byAvailability(product) {
		taken := support.Min(missing, level.Available())
		if taken > 0 {
			level.Reserved = support.Add(level.Reserved, taken)
			allocations.Set(level.Warehouse, taken)
			missing = support.Sub(missing, taken)
		}
	}
	return allocations
}

// record: Write a movement into the ledger, which forgets its oldest lines.
//
// Python: inventory.py:383-388
func record(product *ProductStock, movement *Movement) error {
	product.Ledger = append(product.Ledger, movement)
	if int64(len(product.Ledger)) > LedgerLength {
		if err := support.DeleteAt(&product.Ledger, 0); err != nil {
			return err
		}
	}
	product.LastUpdated = movement.At
	return nil
}

// checkUnits: Raise ValueError unless this can be a number of units.
//
// Python: inventory.py:391-394
func checkUnits(units, least int64) error {
	if !(least <= units && units <= MaxUnits) {
		return support.ValueError.New(fmt.Sprintf("quantity must be from %d to %d: %d", least, MaxUnits, units))
	}
	return nil
}

// checkWarehouse: Raise ValueError unless the shop has this warehouse.
//
// Python: inventory.py:397-400
func checkWarehouse(name string) error {
	if !slices.Contains(Warehouses, name) {
		return support.ValueError.New("no such warehouse: " + support.ReprText(name))
	}
	return nil
}
