//! What conditions may speak of: the fields of a declaration, and what is known of it besides.
//!
//! The names are those of the vocabulary's registry. Facts that no declarant enters, such as the day of registration or
//! the trader's level of compliance, come from the [`Surroundings`] and stand behind the registry's fields.

use conditions::{CollectionSlot, FieldSlot, ListSlot, SeenValue, Value};
use jiff::civil::Date;
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive as _;
use vocabulary::declaration::{
    Adjustment, AdjustmentReference, Attachment, Bill, Container, Instruction, OtherLaw, OtherTax, Permit, Transit,
    VanningPlace,
};
use vocabulary::{Declaration, GoodsItem, Record, RoutedBranch, TraderFacts, ValueRef};

use crate::code_list::CodeList;
use crate::code_list::entry::Detail;
use crate::code_list::in_force::CodeListsInForce;
use crate::conditional::facts::*;
use crate::conditional::schema;

/// What is known of a declaration besides what it says.
#[derive(Debug, Clone, Copy)]
pub struct Surroundings<'a> {
    /// The day of registration, whose rules are applied.
    pub registered_on: Date,
    /// The random number of this declaration, 0 to 999,999.
    pub draw: u32,
    /// What customs knows of the enterprise that declares; `None` when it is not known.
    pub trader: Option<&'a TraderFacts>,
    /// The sum of the customs values in dong; `None` before the assessment.
    pub total_customs_value: Option<Decimal>,
    /// What is owed altogether in dong; `None` before the assessment.
    pub total_payable: Option<Decimal>,
    /// How many claims the declaration makes; `None` before they are known.
    pub claims: Option<usize>,
    /// The branch of the same consignment that was routed before to the strictest lane; `None` when there is none.
    pub routed_branch: Option<&'a RoutedBranch>,
    /// The sum of the weights of the criteria that matched; `None` before they were asked.
    pub risk_score: Option<u32>,
    /// The same of each goods item, in their order. Items that are left out have none of it.
    pub items: &'a [ItemSurroundings],
    /// Facts that the test of a rule supposes; they stand in place of what is known. Empty when a case is decided.
    pub supposed: &'a [Supposed],
}

/// A fact that the test of a rule supposes.
#[derive(Debug, Clone, PartialEq)]
pub struct Supposed {
    /// The fact, of the declaration as a whole.
    pub(crate) fact: u16,
    /// Its value; `None` supposes that it is not known.
    pub(crate) value: Option<SeenValue>,
}

/// What is known of a goods item besides what it says.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ItemSurroundings {
    /// Whether its tariff schedule is that of a trade agreement.
    pub preference_claimed: bool,
    /// Whether the certificate of origin that it names was received; `None` when it names none.
    pub certificate_received: Option<bool>,
    /// Its customs value in dong; `None` before the assessment.
    pub customs_value: Option<Decimal>,
    /// What is owed on it in dong; `None` before the assessment.
    pub payable: Option<Decimal>,
    /// How many claims it makes; `None` before they are known.
    pub claims: Option<usize>,
}

impl ItemSurroundings {
    const NOTHING_KNOWN: Self = Self {
        preference_claimed: false,
        certificate_received: None,
        customs_value: None,
        payable: None,
        claims: None,
    };
}

/// A record that a condition is asked of.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Subject<'a> {
    /// The declaration itself.
    Declaration(&'a Declaration, &'a Surroundings<'a>, CodeListsInForce<'a>),
    GoodsItem(Element<'a, GoodsItem>, &'a ItemSurroundings),
    /// A transport document.
    Bill(Element<'a, Bill>),
    Permit(Element<'a, Permit>),
    /// Another law, of the declaration or of a goods item.
    OtherLaw(Element<'a, OtherLaw>),
    /// An adjustment of the value.
    Adjustment(Element<'a, Adjustment>),
    Attachment(Element<'a, Attachment>),
    /// A place on the way of a bonded transport.
    Transit(Element<'a, Transit>),
    Container(Element<'a, Container>),
    VanningPlace(Element<'a, VanningPlace>),
    /// An instruction of customs.
    Instruction(Element<'a, Instruction>),
    /// A line's reference to an adjustment.
    AdjustmentReference(Element<'a, AdjustmentReference>),
    /// A tax of a line other than its import or export duty.
    OtherTax(Element<'a, OtherTax>),
}

/// One of a repeated group, which knows those that stand before it.
#[derive(Debug)]
pub(crate) struct Element<'a, T> {
    all: &'a [T],
    at: usize,
}

impl<T> Clone for Element<'_, T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Element<'_, T> {}

impl<'a, T> Element<'a, T> {
    fn of(all: &'a [T], at: usize) -> Option<Self> {
        (at < all.len()).then_some(Self { all, at })
    }
}

impl conditions::Record for Subject<'_> {
    fn value(&self, slot: FieldSlot) -> Option<Value<'_>> {
        match self {
            Self::Declaration(declaration, surroundings, lists) => match slot.0 {
                index if index < FACTS_FROM => registered(*declaration, index),
                fact if fact >= LOOKED_UP_FROM => looked_up(declaration, lists, fact),
                fact => declaration_fact(declaration, surroundings, fact),
            },
            Self::GoodsItem(element, surroundings) => match slot.0 {
                PREFERENCE_CLAIMED => Some(Value::Bool(surroundings.preference_claimed)),
                ITEM_CUSTOMS_VALUE => surroundings.customs_value.map(Value::Number),
                ITEM_PAYABLE => surroundings.payable.map(Value::Number),
                ITEM_CLAIMS => surroundings.claims.map(counted),
                CERTIFICATE_RECEIVED => surroundings.certificate_received.map(Value::Bool),
                slot => element_value(element, slot),
            },
            Self::Bill(element) => element_value(element, slot.0),
            Self::Permit(element) => element_value(element, slot.0),
            Self::OtherLaw(element) => element_value(element, slot.0),
            Self::Adjustment(element) => element_value(element, slot.0),
            Self::Attachment(element) => element_value(element, slot.0),
            Self::Transit(element) => element_value(element, slot.0),
            Self::Container(element) => element_value(element, slot.0),
            Self::VanningPlace(element) => element_value(element, slot.0),
            Self::Instruction(element) => element_value(element, slot.0),
            Self::AdjustmentReference(element) => element_value(element, slot.0),
            Self::OtherTax(element) => element_value(element, slot.0),
        }
    }

    fn count(&self, collection: CollectionSlot) -> usize {
        match (self, collection) {
            (Self::Declaration(of, ..), schema::BILLS) => of.bills.len(),
            (Self::Declaration(of, ..), schema::PERMITS) => of.permits.len(),
            (Self::Declaration(of, ..), schema::OTHER_LAWS) => of.other_laws.len(),
            (Self::Declaration(of, ..), schema::ADJUSTMENTS) => of.adjustments.len(),
            (Self::Declaration(of, ..), schema::ATTACHMENTS) => of.attachments.len(),
            (Self::Declaration(of, ..), schema::TRANSITS) => of.transits.len(),
            (Self::Declaration(of, ..), schema::CONTAINERS) => of.containers.len(),
            (Self::Declaration(of, ..), schema::VANNING_PLACES) => of.vanning_places.len(),
            (Self::Declaration(of, ..), schema::INSTRUCTIONS) => of.instructions.len(),
            (Self::Declaration(of, ..), schema::GOODS_ITEMS) => of.goods_items.len(),
            (Self::GoodsItem(of, _), schema::ADJUSTMENT_REFERENCES) => of.here().adjustment_references.len(),
            (Self::GoodsItem(of, _), schema::OTHER_TAXES) => of.here().other_taxes.len(),
            (Self::GoodsItem(of, _), schema::OTHER_LAWS) => of.here().other_laws.len(),
            _ => 0,
        }
    }

    fn element(&self, collection: CollectionSlot, index: usize) -> Option<Self> {
        Some(match (self, collection) {
            (Self::Declaration(of, ..), schema::BILLS) => Self::Bill(Element::of(&of.bills, index)?),
            (Self::Declaration(of, ..), schema::PERMITS) => Self::Permit(Element::of(&of.permits, index)?),
            (Self::Declaration(of, ..), schema::OTHER_LAWS) => Self::OtherLaw(Element::of(&of.other_laws, index)?),
            (Self::Declaration(of, ..), schema::ADJUSTMENTS) => Self::Adjustment(Element::of(&of.adjustments, index)?),
            (Self::Declaration(of, ..), schema::ATTACHMENTS) => Self::Attachment(Element::of(&of.attachments, index)?),
            (Self::Declaration(of, ..), schema::TRANSITS) => Self::Transit(Element::of(&of.transits, index)?),
            (Self::Declaration(of, ..), schema::CONTAINERS) => Self::Container(Element::of(&of.containers, index)?),
            (Self::Declaration(of, ..), schema::VANNING_PLACES) => {
                Self::VanningPlace(Element::of(&of.vanning_places, index)?)
            }
            (Self::Declaration(of, ..), schema::INSTRUCTIONS) => {
                Self::Instruction(Element::of(&of.instructions, index)?)
            }
            (Self::Declaration(of, surroundings, _), schema::GOODS_ITEMS) => Self::GoodsItem(
                Element::of(&of.goods_items, index)?,
                surroundings.items.get(index).unwrap_or(&ItemSurroundings::NOTHING_KNOWN),
            ),
            (Self::GoodsItem(of, _), schema::ADJUSTMENT_REFERENCES) => {
                Self::AdjustmentReference(Element::of(&of.here().adjustment_references, index)?)
            }
            (Self::GoodsItem(of, _), schema::OTHER_TAXES) => {
                Self::OtherTax(Element::of(&of.here().other_taxes, index)?)
            }
            (Self::GoodsItem(of, _), schema::OTHER_LAWS) => Self::OtherLaw(Element::of(&of.here().other_laws, index)?),
            _ => return None,
        })
    }

    fn in_list(&self, list: ListSlot, text: &str) -> bool {
        let Self::Declaration(_, _, lists) = self else {
            return false;
        };
        CodeList::ALL.get(usize::from(list.0)).is_some_and(|list| lists.code(*list, text).is_some())
    }
}

impl<'a, T> Element<'a, T> {
    /// The element itself. Its place was checked when it was made.
    fn here(&self) -> &'a T {
        &self.all[self.at]
    }
}

/// A declared value in the terms of conditions, where whole numbers are numbers like others.
fn registered<R: Record>(record: &R, index: u16) -> Option<Value<'_>> {
    Some(match record.value(index)? {
        ValueRef::Text(text) => Value::Text(text),
        ValueRef::Integer(number) => Value::Number(Decimal::from(number)),
        ValueRef::Decimal(number) => Value::Number(number),
        ValueRef::Date(date) => Value::Date(date),
    })
}

fn element_value<'v, R: Record + Identified>(element: &'v Element<'_, R>, slot: u16) -> Option<Value<'v>> {
    match slot {
        POSITION => Some(Value::Number(Decimal::from(element.at + 1))),
        REPEATED => {
            let here = element.here();
            let before = &element.all[..element.at];
            Some(Value::Bool(before.iter().any(|other| other.is_same_as(here))))
        }
        index => registered(element.here(), index),
    }
}

fn declaration_fact<'v>(
    declaration: &'v Declaration,
    surroundings: &'v Surroundings<'_>,
    fact: u16,
) -> Option<Value<'v>> {
    if let Some(supposed) = surroundings.supposed.iter().find(|supposed| supposed.fact == fact) {
        return supposed.value.as_ref().map(lent);
    }
    let trader = surroundings.trader;
    match fact {
        REGISTERED_ON => Some(Value::Date(surroundings.registered_on)),
        DECLARANT => declaration.declarant().map(Value::Text),
        TRADER_KNOWN => Some(Value::Bool(trader.is_some())),
        TRADER_COMPLIANCE_LEVEL => trader.map(|trader| Value::Number(Decimal::from(trader.compliance_level))),
        TRADER_AUTHORISED_OPERATOR => trader.map(|trader| Value::Bool(trader.authorised_operator)),
        TRADER_DEBT_OVER_90_DAYS => trader.map(|trader| Value::Bool(trader.debt_over_90_days)),
        TRADER_STATUS => {
            let status = trader?.status;
            let word = TRADER_STATUSES.iter().find(|(_, known)| *known == status)?;
            Some(Value::Text(word.0))
        }
        DRAW => Some(Value::Number(Decimal::from(surroundings.draw))),
        TOTAL_CUSTOMS_VALUE => surroundings.total_customs_value.map(Value::Number),
        TOTAL_PAYABLE => surroundings.total_payable.map(Value::Number),
        CONSIGNMENT_LANE => surroundings.routed_branch.map(|branch| Value::Text(branch.lane.as_str())),
        CONSIGNMENT_BRANCH => surroundings.routed_branch.map(|branch| Value::Text(&branch.number)),
        CLAIMS => surroundings.claims.map(counted),
        RISK_SCORE => surroundings.risk_score.map(|score| Value::Number(Decimal::from(score))),
        _ => None,
    }
}

/// What a code list says of a code that the declaration names; `None` where it names none or an unknown one.
fn looked_up<'v>(declaration: &Declaration, lists: &CodeListsInForce<'_>, fact: u16) -> Option<Value<'v>> {
    let detail = |list, code: &Option<vocabulary::Text>| lists.detail_of(list, code.as_deref()?);
    let kind = || match detail(CodeList::DeclarationKinds, &declaration.kind)? {
        Detail::Kind(kind) => Some(kind),
        _ => None,
    };
    let terms = || match detail(CodeList::Incoterms, &declaration.terms_of_delivery)? {
        Detail::Incoterm(terms) => Some(terms),
        _ => None,
    };
    let truth = match fact {
        KIND_LIMIT_DATE_REQUIRED => kind()?.deadline_required,
        KIND_PREVIOUS_REQUIRED => kind()?.previous_declaration_required,
        KIND_TRANSPORT_START_ALLOWED => kind()?.transport_start_allowed,
        PRICE_INCLUDES_FREIGHT => terms()?.includes_freight,
        PRICE_INCLUDES_INSURANCE => terms()?.includes_insurance,
        INSURANCE_MAY_BE_ENTERED => terms()?.insurance_may_be_entered,
        VALUE_BY_HAND => match detail(CodeList::ValuationClasses, &declaration.valuation_method)? {
            Detail::Valuation { manual, .. } => *manual,
            _ => return None,
        },
        _ => return None,
    };
    Some(Value::Bool(truth))
}

fn counted<'v>(number: usize) -> Value<'v> {
    Value::Number(Decimal::from(number))
}

fn lent(value: &SeenValue) -> Value<'_> {
    match value {
        SeenValue::Text(text) => Value::Text(text),
        SeenValue::Number(number) => Value::Number(*number),
        SeenValue::Date(date) => Value::Date(*date),
        SeenValue::Bool(truth) => Value::Bool(*truth),
    }
}

impl ItemSurroundings {
    /// Supposes a fact; false where it is of another type.
    pub(crate) fn suppose(&mut self, fact: u16, value: &SeenValue) -> bool {
        match (fact, value) {
            (PREFERENCE_CLAIMED, SeenValue::Bool(truth)) => self.preference_claimed = *truth,
            (ITEM_CUSTOMS_VALUE, SeenValue::Number(number)) => self.customs_value = Some(*number),
            (ITEM_PAYABLE, SeenValue::Number(number)) => self.payable = Some(*number),
            (CERTIFICATE_RECEIVED, SeenValue::Bool(truth)) => self.certificate_received = Some(*truth),
            (ITEM_CLAIMS, SeenValue::Number(number)) => self.claims = number.to_usize(),
            _ => return false,
        }
        true
    }
}

/// What makes two elements of a repeated group the same thing, entered twice.
trait Identified {
    /// Whether both name the same thing. Elements that name nothing are not the same.
    fn is_same_as(&self, other: &Self) -> bool;
}

macro_rules! identified_by {
    ($($record:ident: $($field:ident),+;)*) => {
        $(impl Identified for $record {
            fn is_same_as(&self, other: &Self) -> bool {
                ($(self.$field.is_some())||+) $(&& self.$field == other.$field)+
            }
        })*
    };
}

identified_by! {
    Bill: number;
    Permit: kind, number;
    OtherLaw: code;
    Adjustment: title;
    Attachment: class, number;
    Transit: location;
    Container: number;
    VanningPlace: code;
    Instruction: date, title;
    GoodsItem: sequence;
    AdjustmentReference: number;
    OtherTax: code;
}
