//! Prices: the shop's price book and the search for the most profitable price.
//!
//! A product's *reference price* is what the simple formula says: base price x demand x scarcity.
//! Customers expect that price. Before the shop quotes it, a search looks for a better one: every
//! candidate price is tried on a simulated season (a demand curve with kinks, stock that runs out,
//! storage that costs money), under slow, expected and brisk trade, and the most profitable one wins.
//!
//! With normal stock the reference price itself wins; low stock or high demand lead to a surge,
//! a warehouse full of leftovers leads to a clearance:
//!
//! ```text
//! >>> calculate_price(123, 173.0, 223, 1.0).final_price
//! 164.35
//! >>> calculate_price(123, 173.0, 8000, 1.0).final_price < 164.35
//! True
//! ```
//!
//! Translated from `pricing.py`.

use crate::state::State;
use crate::support::{
    dict, exception, float, format, int, list, order, range, repr, dict::Dict,
    exception::Exception, exception::ExceptionClass,
};
use std::sync::LazyLock;

/// `pricing.py:19`
pub const MAX_PRODUCT_ID: i64 = 99_999_999;

/// `pricing.py:20`
pub const MAX_BASE_PRICE: f64 = 1_000_000.0;

/// `pricing.py:21`
pub const MAX_QUANTITY: i64 = 10_000_000;

/// `pricing.py:22`
pub const MAX_DEMAND_FACTOR: f64 = 10.0;

/// `pricing.py:23`
pub const MAX_ORDER_DISCOUNT: f64 = 30.0;

/// `pricing.py:25`
pub const SEASON_DAYS: i64 = 84;

/// `pricing.py:26`
pub const REFERENCE_POINTS: i64 = 10_000;

/// `pricing.py:27`
pub const LOWEST_POINTS: i64 = 5000;

/// `pricing.py:28`
pub const HIGHEST_POINTS: i64 = 25_000;

/// `pricing.py:29`
pub static SEARCH_STEPS: [i64; 3] = [50, 5, 1];

/// `pricing.py:31`
pub static DEFAULT_RULES: LazyLock<Dict<String, f64>> = LazyLock::new(|| Dict::from_iter([
    ("cost_ratio".to_string(), 0.45),
    ("storage_ratio".to_string(), 0.007),
    ("goodwill_ratio".to_string(), 0.05),
    ("shelf_units".to_string(), 600.0),
    ("anchor_drift".to_string(), 0.004),
    ("loyalty_percent".to_string(), 0.5),
    ("loyalty_cap".to_string(), 5.0),
]));

/// A price book refuses a request or a change.
///
/// `pricing.py:42-43`
pub static PRICING_ERROR: ExceptionClass = ExceptionClass::new(
    "PricingError",
    &exception::EXCEPTION,
);

/// A rule that the price book does not have.
///
/// `pricing.py:46-47`
pub static UNKNOWN_RULE: ExceptionClass = ExceptionClass::new(
    "UnknownRule",
    &PRICING_ERROR,
);

/// A tier that the price book does not have.
///
/// `pricing.py:50-51`
pub static UNKNOWN_TIER: ExceptionClass = ExceptionClass::new(
    "UnknownTier",
    &PRICING_ERROR,
);

/// A class of prices: everything above `above` that no higher tier takes.
///
/// `pricing.py:54-60`
#[derive(Clone, Debug, PartialEq)]
pub struct PriceTier {
    pub name: String,
    pub above: f64,
    pub discount_percent: i64,
}

/// The factor on the price while fewer than `below` units are left.
///
/// `pricing.py:63-68`
#[derive(Clone, Debug, PartialEq)]
pub struct ScarcityStep {
    pub below: i64,
    pub factor: f64,
}

/// The discount on an order of at least `minimum` units.
///
/// `pricing.py:71-76`
#[derive(Clone, Debug, PartialEq)]
pub struct BulkDiscount {
    pub minimum: i64,
    pub percent: f64,
}

/// One way the season may go: trade at `pace`, believed with `weight`.
///
/// `pricing.py:79-85`
#[derive(Clone, Debug, PartialEq)]
pub struct Scenario {
    pub name: String,
    pub pace: f64,
    pub weight: f64,
}

/// How many of the usual customers buy at a price, relative to the price they expect.
///
/// Above the expected price they leave fast; a little below it few notice; from `bargain_from`
/// downwards the bargain hunters come.
///
/// `pricing.py:88-108`
#[derive(Clone, Debug, PartialEq)]
pub struct DemandCurve {
    pub surge_slope: f64,
    pub discount_slope: f64,
    pub bargain_slope: f64,
    pub bargain_from: f64,
}

impl DemandCurve {
    /// Return the share of usual customers that buys, 1.0 at the expected price.
    ///
    /// `pricing.py:101-108`
    pub fn uptake(&self, relative_price: f64) -> f64 {
        if relative_price >= 1.0 {
            return order::max(0.0, 1.0 - self.surge_slope * (relative_price - 1.0));
        }
        if relative_price >= self.bargain_from {
            return 1.0 + self.discount_slope * (1.0 - relative_price);
        }
        let hunters = self.bargain_slope * (self.bargain_from - relative_price);
        1.0 + self.discount_slope * (1.0 - self.bargain_from) + hunters
    }
}

/// Everything the search knows about one product for the season ahead.
///
/// `pricing.py:111-123`
#[derive(Clone, Debug, PartialEq)]
pub struct Market {
    pub reference_price: f64,
    pub unit_cost: f64,
    pub storage_cost: f64,
    pub goodwill_cost: f64,
    pub stock: f64,
    pub shelf_units: f64,
    pub anchor_drift: f64,
    pub curve: DemandCurve,
    pub daily_demand: Vec<f64>,
}

/// The answer to "what does one unit cost now?".
///
/// `pricing.py:126-146`
#[derive(Clone, Debug, PartialEq)]
pub struct PriceQuote {
    pub product_id: i64,
    pub base_price: f64,
    pub reference_price: f64,
    pub multiplier: f64,
    pub final_price: f64,
    pub discount_percent: i64,
    pub price_tier: String,
}

impl PriceQuote {
    /// Whether the search went below the reference price.
    ///
    /// `pricing.py:138-141`
    #[allow(clippy::wrong_self_convention)]
    pub fn is_clearance(&self) -> bool {
        self.multiplier < 1.0
    }

    /// Whether the search went above the reference price.
    ///
    /// `pricing.py:143-146`
    #[allow(clippy::wrong_self_convention)]
    pub fn is_surge(&self) -> bool {
        self.multiplier > 1.0
    }
}

/// The answer to "what do that many units cost this customer?".
///
/// `pricing.py:149-158`
#[derive(Clone, Debug, PartialEq)]
pub struct OrderQuote {
    pub unit: PriceQuote,
    pub quantity: i64,
    pub bulk_percent: f64,
    pub loyalty_percent: f64,
    pub unit_price: f64,
    pub total_price: f64,
}

/// The simple formula's answer, without a search.
///
/// `pricing.py:161-167`
#[derive(Clone, Debug, PartialEq)]
pub struct DynamicPrice {
    pub final_price: f64,
    pub discount_percent: i64,
    pub price_tier: String,
}

/// A price that a product had at a time, in epoch seconds.
///
/// `pricing.py:170-176`
#[derive(Clone, Debug, PartialEq)]
pub struct PricePoint {
    pub product_id: i64,
    pub price: f64,
    pub at: f64,
}

/// A product's prices over time in a few numbers.
///
/// `pricing.py:179-189`
#[derive(Clone, Debug, PartialEq)]
pub struct HistorySummary {
    pub product_id: i64,
    pub count: i64,
    pub lowest: f64,
    pub highest: f64,
    pub mean: f64,
    pub median: f64,
    pub trend: String,
}

/// `pricing.py:192`
pub static SCENARIOS: LazyLock<Vec<Scenario>> = LazyLock::new(|| Vec::from([
    Scenario {
        name: "slow".to_string(),
        pace: 0.8,
        weight: 0.25,
    },
    Scenario {
        name: "expected".to_string(),
        pace: 1.0,
        weight: 0.5,
    },
    Scenario {
        name: "brisk".to_string(),
        pace: 1.2,
        weight: 0.25,
    },
]));

/// The shop's price rules; they can be changed while the shop is open.
///
/// `pricing.py:199-338`
#[derive(Clone, Debug)]
pub struct PriceBook {
    pub prices: Dict<i64, f64>,
    pub rules: Dict<String, f64>,
    pub tiers: Vec<PriceTier>,
    pub scarcity: Vec<ScarcityStep>,
    pub bulk: Vec<BulkDiscount>,
}

impl PriceBook {
    /// Open a book with the shop's standard rules and no prices of its own.
    ///
    /// `pricing.py:202-217`
    #[allow(clippy::new_without_default)]
    pub fn new() -> PriceBook {
        let prices: Dict<i64, f64> = Dict::default();
        let rules = DEFAULT_RULES.clone();
        let tiers: Vec<PriceTier> = Vec::from([
            PriceTier {
                name: "premium".to_string(),
                above: 1000.0,
                discount_percent: 15,
            },
            PriceTier {
                name: "standard".to_string(),
                above: 500.0,
                discount_percent: 10,
            },
            PriceTier {
                name: "basic".to_string(),
                above: 100.0,
                discount_percent: 5,
            },
            PriceTier {
                name: "economy".to_string(),
                above: 0.0,
                discount_percent: 0,
            },
        ]);
        let scarcity: Vec<ScarcityStep> = Vec::from([
            ScarcityStep {
                below: 10,
                factor: 1.5,
            },
            ScarcityStep {
                below: 50,
                factor: 1.2,
            },
        ]);
        let bulk: Vec<BulkDiscount> = Vec::from([
            BulkDiscount {
                minimum: 100,
                percent: 12.0,
            },
            BulkDiscount {
                minimum: 50,
                percent: 8.0,
            },
            BulkDiscount {
                minimum: 10,
                percent: 3.0,
            },
        ]);
        PriceBook {
            prices,
            rules,
            tiers,
            scarcity,
            bulk,
        }
    }

    /// Fix a product's base price, whatever base price a caller brings along.
    ///
    /// `pricing.py:219-223`
    pub fn set_price(&mut self, product_id: i64, price: f64) -> Result<(), Exception> {
        check_product(product_id)?;
        check_base_price(price)?;
        self.prices.insert(product_id, price);
        Ok(())
    }

    /// Forget a fixed base price; raise KeyError when there is none.
    ///
    /// `pricing.py:225-229`
    pub fn clear_price(&mut self, product_id: i64) -> Result<(), Exception> {
        if !self.prices.contains_key(&product_id) {
            return Err(
                Exception::new(
                    &exception::KEY_ERROR,
                    repr::text_repr(&format!("product {product_id} has no fixed price")),
                ),
            );
        }
        dict::pop(&mut self.prices, &product_id)?;
        Ok(())
    }

    /// Return the fixed base price of a product, or else the proposed one.
    ///
    /// `pricing.py:231-233`
    pub fn base_price(&self, product_id: i64, proposed: f64) -> f64 {
        self.prices.get(&product_id).copied().unwrap_or(proposed)
    }

    /// Return a rule's value; raise UnknownRule when there is no such rule.
    ///
    /// `pricing.py:235-240`
    pub fn rule(&self, name: &str) -> Result<f64, Exception> {
        if !self.rules.contains_key(name) {
            let known = order::sorted(
                    self.rules.keys().cloned().collect::<Vec<String>>(),
                    false,
                )
                .join(", ");
            return Err(
                Exception::new(
                    &UNKNOWN_RULE,
                    format!(
                        "no rule named {}, known are: {known}", repr::text_repr(name)
                    ),
                ),
            );
        }
        Ok(self.rules[name])
    }

    /// Change a rule and return the value it had.
    ///
    /// `pricing.py:242-248`
    pub fn update_rule(&mut self, name: &str, value: f64) -> Result<f64, Exception> {
        let previous = self.rule(name)?;
        if !(value >= 0.0) {
            return Err(
                Exception::new(
                    &exception::VALUE_ERROR,
                    format!("rule {name} must not be negative: {}", float::repr(value)),
                ),
            );
        }
        self.rules.insert(name.to_string(), value);
        Ok(previous)
    }

    /// Add a tier, or replace the one of that name.
    ///
    /// `pricing.py:250-260`
    pub fn set_tier(
        &mut self,
        name: &str,
        above: f64,
        discount_percent: i64,
    ) -> Result<(), Exception> {
        if name.is_empty() {
            return Err(Exception::new(&exception::VALUE_ERROR, "a tier needs a name"));
        }
        if !(above >= 0.0) {
            return Err(
                Exception::new(
                    &exception::VALUE_ERROR,
                    format!(
                        "tier {name} must start at zero or above: {}", float::repr(above)
                    ),
                ),
            );
        }
        if !(0..100).contains(&discount_percent) {
            return Err(
                Exception::new(
                    &exception::VALUE_ERROR,
                    format!(
                        "tier {name} needs a discount from 0 to 99: {discount_percent}"
                    ),
                ),
            );
        }
        let mut tiers = self
            .tiers
            .iter()
            .filter(|&tier| tier.name != name)
            .cloned()
            .collect::<Vec<PriceTier>>();
        tiers
            .push(PriceTier {
                name: name.to_string(),
                above,
                discount_percent,
            });
        self.replace_tiers(&tiers)?;
        Ok(())
    }

    /// Remove a tier; raise UnknownTier when there is none of that name.
    ///
    /// `pricing.py:262-267`
    pub fn remove_tier(&mut self, name: &str) -> Result<(), Exception> {
        let tiers = self
            .tiers
            .iter()
            .filter(|&tier| tier.name != name)
            .cloned()
            .collect::<Vec<PriceTier>>();
        if (tiers.len() as i64) == (self.tiers.len() as i64) {
            return Err(
                Exception::new(
                    &UNKNOWN_TIER,
                    format!("no tier named {}", repr::text_repr(name)),
                ),
            );
        }
        self.replace_tiers(&tiers)?;
        Ok(())
    }

    /// Return the highest tier that a price exceeds, or else the lowest tier.
    ///
    /// `pricing.py:269-274`
    pub fn tier_for(&self, price: f64) -> Result<PriceTier, Exception> {
        for tier in &self.tiers {
            if price > tier.above {
                return Ok(tier.clone());
            }
        }
        list::item(&self.tiers, -1).cloned()
    }

    /// Return the factor on the price for the units that are left.
    ///
    /// `pricing.py:276-281`
    pub fn scarcity_factor(&self, quantity_available: i64) -> f64 {
        for step in &self.scarcity {
            if quantity_available < step.below {
                return step.factor;
            }
        }
        1.0
    }

    /// Return the discount on an order of that many units.
    ///
    /// `pricing.py:283-285`
    pub fn bulk_percent(&self, quantity: i64) -> f64 {
        order::largest(
                self
                    .bulk
                    .iter()
                    .filter(|&step| quantity >= step.minimum)
                    .map(|step| step.percent),
            )
            .unwrap_or(0.0)
    }

    /// Return the discount for a customer of that many years.
    ///
    /// `pricing.py:287-291`
    pub fn loyalty_percent(&self, years: i64) -> Result<f64, Exception> {
        if years < 0 {
            return Err(
                Exception::new(
                    &exception::VALUE_ERROR,
                    format!("loyalty_years must not be negative: {years}"),
                ),
            );
        }
        Ok(
            order::min(
                years as f64 * self.rule("loyalty_percent")?,
                self.rule("loyalty_cap")?,
            ),
        )
    }

    /// Return the market that the search tries its prices on.
    ///
    /// `pricing.py:293-308`
    pub fn market(
        &self,
        product_id: i64,
        base_price: f64,
        quantity_available: i64,
        demand_factor: f64,
    ) -> Result<Market, Exception> {
        let scarcity = self.scarcity_factor(quantity_available);
        Ok(Market {
            reference_price: base_price * demand_factor * scarcity,
            unit_cost: base_price * self.rule("cost_ratio")?,
            storage_cost: base_price * self.rule("storage_ratio")?,
            goodwill_cost: base_price * self.rule("goodwill_ratio")?,
            stock: quantity_available as f64,
            shelf_units: self.rule("shelf_units")?,
            anchor_drift: self.rule("anchor_drift")?,
            curve: demand_curve(product_id, demand_factor)?,
            daily_demand: demand_profile(product_id)?
                .into_iter()
                .map(|demand| demand * demand_factor)
                .collect::<Vec<f64>>(),
        })
    }

    /// Return the most profitable price of a product, less its tier's discount.
    ///
    /// `pricing.py:310-331`
    pub fn quote(
        &self,
        product_id: i64,
        base_price: f64,
        quantity_available: i64,
        demand_factor: f64,
    ) -> Result<PriceQuote, Exception> {
        check_product(product_id)?;
        check_base_price(base_price)?;
        check_quantity(quantity_available)?;
        check_demand(demand_factor)?;
        let base = self.base_price(product_id, base_price);
        let market = self.market(product_id, base, quantity_available, demand_factor)?;
        let multiplier = int::ratio(best_points(&market)?, REFERENCE_POINTS);
        let adjusted = market.reference_price * multiplier;
        let tier = self.tier_for(adjusted)?;
        Ok(PriceQuote {
            product_id,
            base_price: base,
            reference_price: market.reference_price,
            multiplier,
            final_price: less_percent(adjusted, int::widen(tier.discount_percent)),
            discount_percent: tier.discount_percent,
            price_tier: tier.name.clone(),
        })
    }

    /// Take these tiers, highest first, unless they would leave a price without one.
    ///
    /// `pricing.py:333-338`
    pub fn replace_tiers(&mut self, tiers: &[PriceTier]) -> Result<(), Exception> {
        let ordered = order::sorted_by(
            tiers.iter().cloned().map(|tier| (tier.above, tier)),
            true,
        );
        if ordered.is_empty() || list::item(&ordered, -1)?.above > 0.0 {
            return Err(
                Exception::new(
                    &PRICING_ERROR,
                    "one tier must start at zero, or low prices would have none",
                ),
            );
        }
        self.tiers = ordered;
        Ok(())
    }
}

/// Return the units a product usually sells on each day of the season.
///
/// The shop's catalogue is coded: the product number tells how fast a product moves, on which
/// weekday it sells best, and whether its season rises or falls.
///
/// `pricing.py:341-355`
pub fn demand_profile(product_id: i64) -> Result<Vec<f64>, Exception> {
    let usual = 0.5 + int::ratio((product_id * 37).rem_euclid(13), 26);
    let best_weekday = product_id.rem_euclid(7);
    let rising = product_id.div_euclid(7).rem_euclid(2) == 0;
    let mut profile: Vec<f64> = Vec::new();
    for day in 0..SEASON_DAYS {
        let progress = if rising { day } else { SEASON_DAYS - 1 - day };
        let weekday = if day.rem_euclid(7) == best_weekday { 1.25 } else { 0.95 };
        profile
            .push(
                usual * weekday * (0.9 + 0.2 * (progress as f64) / (SEASON_DAYS as f64)),
            );
    }
    Ok(profile)
}

/// Return a product's demand curve; the hotter the demand, the less people mind the price.
///
/// `pricing.py:358-366`
pub fn demand_curve(
    product_id: i64,
    demand_factor: f64,
) -> Result<DemandCurve, Exception> {
    let sensitivity = float::div(
        0.95 + int::ratio((product_id * 11).rem_euclid(10), 100),
        demand_factor,
    )?;
    Ok(DemandCurve {
        surge_slope: 2.6 * sensitivity,
        discount_slope: 0.5 * sensitivity,
        bargain_slope: 4.0 * sensitivity,
        bargain_from: 0.9,
    })
}

/// Return the profit of a whole season at one price, in currency units.
///
/// `pricing.py:369-384`
pub fn season_profit(
    market: &Market,
    multiplier: f64,
    pace: f64,
) -> Result<f64, Exception> {
    let curve = &market.curve;
    let margin = market.reference_price * multiplier - market.unit_cost;
    let mut stock = market.stock;
    let mut anchor = 1.0;
    let mut profit = 0.0;
    for &demand in &market.daily_demand {
        let wanted = demand * pace * curve.uptake(float::div(multiplier, anchor)?);
        let sold = order::min(wanted, stock);
        stock -= sold;
        profit += sold * margin - (wanted - sold) * market.goodwill_cost;
        if stock > market.shelf_units {
            profit -= (stock - market.shelf_units) * market.storage_cost;
        }
        anchor += market.anchor_drift * (multiplier - anchor);
    }
    Ok(profit)
}

/// Return the profit at `points` ten-thousandths of the reference price, over all scenarios.
///
/// `pricing.py:387-393`
pub fn expected_profit(market: &Market, points: i64) -> Result<f64, Exception> {
    let multiplier = int::ratio(points, REFERENCE_POINTS);
    let mut total = 0.0;
    for scenario in SCENARIOS.iter() {
        total += scenario.weight * season_profit(market, multiplier, scenario.pace)?;
    }
    Ok(total)
}

/// Return the most profitable price, in ten-thousandths of the reference price.
///
/// The grid covers half the reference price to two and a half times it, then closes in on the
/// best candidate in ever smaller steps. A tie goes to the reference price.
///
/// `pricing.py:396-414`
pub fn best_points(market: &Market) -> Result<i64, Exception> {
    let mut best = REFERENCE_POINTS;
    let mut best_profit = expected_profit(market, best)?;
    let mut low = LOWEST_POINTS;
    let mut high = HIGHEST_POINTS;
    for &step in &SEARCH_STEPS {
        for points in range::range(low, high + 1, step)? {
            let profit = expected_profit(market, points)?;
            if profit > best_profit {
                best = points;
                best_profit = profit;
            }
        }
        low = LOWEST_POINTS.max(best - step);
        high = HIGHEST_POINTS.min(best + step);
    }
    Ok(best)
}

/// Return a price less a discount, in whole cents.
///
/// `pricing.py:417-419`
pub fn less_percent(price: f64, percent: f64) -> f64 {
    float::round_to(price * (100.0 - percent) / 100.0, 2)
}

/// Return the price of one unit by the shop's own book; raise ValueError on bad input.
///
/// `pricing.py:425-429`
pub fn calculate_price(
    state: &State,
    product_id: i64,
    base_price: f64,
    quantity_available: i64,
    demand_factor: f64,
) -> Result<PriceQuote, Exception> {
    state.default_book.quote(product_id, base_price, quantity_available, demand_factor)
}

/// Return the simple formula's price, for lists where a search would take too long.
///
/// `pricing.py:432-445`
pub fn calculate_dynamic_price(
    state: &State,
    base_price: f64,
    quantity_available: i64,
    demand_factor: f64,
) -> Result<DynamicPrice, Exception> {
    check_base_price(base_price)?;
    check_quantity(quantity_available)?;
    check_demand(demand_factor)?;
    let adjusted = base_price * demand_factor
        * state.default_book.scarcity_factor(quantity_available);
    let tier = state.default_book.tier_for(adjusted)?;
    Ok(DynamicPrice {
        final_price: less_percent(adjusted, int::widen(tier.discount_percent)),
        discount_percent: tier.discount_percent,
        price_tier: tier.name.clone(),
    })
}

/// Return the price of an order with its bulk and loyalty discounts.
///
/// `pricing.py:448-472`
pub fn quote_order(
    state: &State,
    product_id: i64,
    base_price: f64,
    quantity: i64,
    quantity_available: i64,
    demand_factor: f64,
    loyalty_years: i64,
) -> Result<OrderQuote, Exception> {
    if quantity < 1 {
        return Err(
            Exception::new(
                &exception::VALUE_ERROR,
                format!("quantity must be at least 1: {quantity}"),
            ),
        );
    }
    if quantity > quantity_available {
        return Err(
            Exception::new(
                &exception::VALUE_ERROR,
                format!("only {quantity_available} units are available, not {quantity}"),
            ),
        );
    }
    let loyalty = state.default_book.loyalty_percent(loyalty_years)?;
    let bulk = state.default_book.bulk_percent(quantity);
    let unit = calculate_price(
        state,
        product_id,
        base_price,
        quantity_available,
        demand_factor,
    )?;
    let unit_price = less_percent(
        unit.final_price,
        order::min(bulk + loyalty, MAX_ORDER_DISCOUNT),
    );
    Ok(OrderQuote {
        unit,
        quantity,
        bulk_percent: bulk,
        loyalty_percent: loyalty,
        unit_price,
        total_price: float::round_to(unit_price * (quantity as f64), 2),
    })
}

/// Return one line a quote, cheapest first, with its distance from the cheapest.
///
/// `pricing.py:475-485`
pub fn compare_quotes(quotes: &[PriceQuote]) -> Result<Vec<String>, Exception> {
    if quotes.is_empty() {
        return Ok(Vec::new());
    }
    let ranked = order::sorted_by(
        quotes
            .iter()
            .cloned()
            .map(|quote| ((quote.final_price, quote.product_id), quote)),
        false,
    );
    let cheapest = list::item(&ranked, 0)?.final_price;
    Ok(
        (1i64..)
            .zip(&ranked)
            .map(|(rank, quote_2)| {
                format!(
                    "{rank}. product {} [{}]: {} (+{})", quote_2.product_id, quote_2
                    .price_tier, format::fixed_point(quote_2.final_price, 2),
                    format::fixed_point(quote_2.final_price - cheapest, 2)
                )
            })
            .collect::<Vec<String>>(),
    )
}

/// Return a summary for each product that occurs, in the order of product numbers.
///
/// `pricing.py:488-496`
pub fn summarise_history(
    points: &[PricePoint],
) -> Result<Dict<i64, HistorySummary>, Exception> {
    let mut by_product: Dict<i64, Vec<PricePoint>> = Dict::default();
    for point in points.iter() {
        by_product.entry(point.product_id).or_default().push(point.clone());
    }
    Ok({
        let mut result_2: Dict<i64, HistorySummary> = Default::default();
        for product_id in order::sorted(
            by_product.keys().copied().collect::<Vec<i64>>(),
            false,
        ) {
            result_2
                .insert(
                    product_id,
                    summarise(product_id, dict::item(&by_product, &product_id)?)?,
                );
        }
        result_2
    })
}

/// Return the summary of one product's prices, at least one of them.
///
/// `pricing.py:499-511`
pub fn summarise(
    product_id: i64,
    points: &[PricePoint],
) -> Result<HistorySummary, Exception> {
    let ordered = order::sorted_by(
        points.iter().cloned().map(|point| (point.at, point)),
        false,
    );
    let prices = ordered.iter().map(|point_2| point_2.price).collect::<Vec<f64>>();
    Ok(HistorySummary {
        product_id,
        count: prices.len() as i64,
        lowest: order::smallest(prices.iter().copied())
            .ok_or_else(|| Exception::new(
                &exception::VALUE_ERROR,
                "min() arg is an empty sequence",
            ))?,
        highest: order::largest(prices.iter().copied())
            .ok_or_else(|| Exception::new(
                &exception::VALUE_ERROR,
                "max() arg is an empty sequence",
            ))?,
        mean: float::round_to(
            {
                if prices.is_empty() {
                    return Err(
                        Exception::new(
                            &exception::ZERO_DIVISION_ERROR,
                            "division by zero",
                        ),
                    );
                }
                prices.iter().copied().fold(0.0, |total, value| total + value)
                    / (prices.len() as i64 as f64)
            },
            2,
        ),
        median: median(&prices)?,
        trend: trend(list::item(&prices, 0).copied()?, list::item(&prices, -1).copied()?),
    })
}

/// Return the middle price, or the mean of the middle two, in whole cents.
///
/// `pricing.py:514-520`
pub fn median(prices: &[f64]) -> Result<f64, Exception> {
    let ordered = order::sorted(prices.to_vec(), false);
    let middle = (ordered.len() as i64).div_euclid(2);
    if (ordered.len() as i64).rem_euclid(2) == 1 {
        return list::item(&ordered, middle).copied();
    }
    Ok(
        float::round_to(
            (list::item(&ordered, middle - 1).copied()?
                + list::item(&ordered, middle).copied()?) / 2.0,
            2,
        ),
    )
}

/// Return which way a price went; a change under one percent is none.
///
/// `pricing.py:523-527`
pub fn trend(first: f64, last: f64) -> String {
    if (last - first).abs() < first * 0.01 {
        return "steady".to_string();
    }
    (if last > first { "rising" } else { "falling" }).to_string()
}

/// Raise ValueError unless this can be a product number.
///
/// `pricing.py:530-533`
pub fn check_product(product_id: i64) -> Result<(), Exception> {
    if !(1..=MAX_PRODUCT_ID).contains(&product_id) {
        return Err(
            Exception::new(
                &exception::VALUE_ERROR,
                format!("product_id must be from 1 to {MAX_PRODUCT_ID}: {product_id}"),
            ),
        );
    }
    Ok(())
}

/// Raise ValueError unless this can be a price; NaN and infinity cannot.
///
/// `pricing.py:536-539`
pub fn check_base_price(base_price: f64) -> Result<(), Exception> {
    if !(0.0 < base_price && base_price <= MAX_BASE_PRICE) {
        return Err(
            Exception::new(
                &exception::VALUE_ERROR,
                format!(
                    "base_price must be positive, up to {}: {}",
                    float::repr(MAX_BASE_PRICE), float::repr(base_price)
                ),
            ),
        );
    }
    Ok(())
}

/// Raise ValueError unless this can be a quantity in stock.
///
/// `pricing.py:542-547`
pub fn check_quantity(quantity_available: i64) -> Result<(), Exception> {
    if !(0..=MAX_QUANTITY).contains(&quantity_available) {
        return Err(
            Exception::new(
                &exception::VALUE_ERROR,
                format!(
                    "quantity_available must be from 0 to {MAX_QUANTITY}: {quantity_available}"
                ),
            ),
        );
    }
    Ok(())
}

/// Raise ValueError unless this can be a demand factor; NaN and infinity cannot.
///
/// `pricing.py:550-555`
pub fn check_demand(demand_factor: f64) -> Result<(), Exception> {
    if !(0.0 < demand_factor && demand_factor <= MAX_DEMAND_FACTOR) {
        return Err(
            Exception::new(
                &exception::VALUE_ERROR,
                format!(
                    "demand_factor must be positive, up to {}: {}",
                    float::repr(MAX_DEMAND_FACTOR), float::repr(demand_factor)
                ),
            ),
        );
    }
    Ok(())
}
