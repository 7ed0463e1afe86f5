//! Anti-dumping, countervailing and safeguard duties (Law 05/2017; Law 107/2016 art. 12 to 14; Circular 33/2023 art. 10
//! and 12).
//!
//! A measure is on goods of some tariff codes and origins; its rates are by maker. One against circumvention imposes the
//! duties of the measures that it extends. Goods under a measure declare the code of one of its rates, or that they are
//! exempt, or that they are not of the goods it describes, unless it is on all goods of the codes. A code of a rate is for
//! goods of its origin; the highest rate of a measure may be declared of any. Other codes are mistakes. Where the rates of
//! a measure on the declared origin are not entered for the day, the rules are silent.
//!
//! Goods of the codes from elsewhere need a proof of that origin. While it is promised for later, the highest rate of all
//! the measures is due; without any proof, that is a mistake.
//!
//! An officer sees what lowers the duty on the declarant's word: that the goods are exempt or others; a paper that customs
//! does not hold; a rate below another that may be due. By a proof that customs holds, only rates of the proved origin may
//! be due; otherwise any.
//!
//! Goods of a kind that is not subject to duty bear none of these either. The base is the customs value.

use vocabulary::{CertificateTick, DutyType, GoodsItem};

use super::declared_codes::{Declared, Tax, rate_of_remedy};
use super::number::{of, whole};
use super::relief::Relief;
use super::rule_files::{Measure, Row};
use super::{Answer, Case, Claim, TaxRate, refuse, silent};

/// What comes of the measures on a line.
#[derive(Debug, Default)]
pub(super) struct Remedy {
    /// The duty, where there is one.
    pub(super) claim: Option<Claim>,
    /// Whether something of it rests on the declarant's word.
    pub(super) is_claimed: bool,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Proof {
    Held,
    Named,
    Later,
    Nothing,
}

/// A trade remedy on a line, where there is one.
pub(super) fn claim(
    case: &Case<'_>,
    item: &GoodsItem,
    hs: &str,
    duty_type: DutyType,
    declared: &Declared,
) -> Answer<Remedy> {
    let Some(origin) = item.origin.as_deref() else { return Ok(Remedy::default()) };
    let on_goods = |measure: &&Measure| {
        measure.taxes.iter().any(|tax| tax == duty_type.as_str())
            && measure.days.hold(case.day)
            && measure.hs.iter().any(|beginning| hs.starts_with(beginning.as_str()))
    };
    let measures: Vec<&Measure> = case.rules.measures.iter().filter(on_goods).collect();
    let outside = case.kind.is_some_and(|kind| kind.cell("duty") == "not_subject");
    let goods = Goods { case, duty_type, origin, outside, proof: proof(case, item), measures };
    if let Some(tax) = declared.of(duty_type) {
        return goods.by_code(tax);
    }
    if goods.measures.is_empty() {
        return Ok(Remedy::default());
    }
    if outside {
        return Ok(Remedy { claim: Some(goods.none()), is_claimed: false });
    }
    if goods.on_origin().next().is_some() {
        goods.silent_on_origin()?;
        return refuse(format!("{duty_type} is on the goods, and no code of it is declared"));
    }
    match goods.proof {
        Proof::Held => Ok(Remedy::default()),
        Proof::Named => Ok(Remedy { claim: None, is_claimed: true }),
        Proof::Nothing => refuse(format!("nothing proves that the goods are not under a measure of {duty_type}")),
        Proof::Later => {
            let Some(code) = goods.highest() else {
                return silent("which rate of the measures is the highest is not known");
            };
            let claim = Claim { rate: rate_of_remedy(case, item, &code)?, ..goods.none() };
            Ok(Remedy { claim: Some(claim), is_claimed: false })
        }
    }
}

struct Goods<'g, 'c> {
    case: &'g Case<'c>,
    duty_type: DutyType,
    origin: &'g str,
    /// Outside the customs territory.
    outside: bool,
    proof: Proof,
    /// The measures on goods of the tariff code.
    measures: Vec<&'g Measure>,
}

impl<'g> Goods<'g, '_> {
    fn none(&self) -> Claim {
        Claim { duty_type: self.duty_type, rate: TaxRate::NotSubject, relief: Relief::None }
    }

    fn is_on_origin(&self, measure: &Measure) -> bool {
        measure.origins.is_empty() || measure.origins.iter().any(|one| one == self.origin)
    }

    fn on_origin(&self) -> impl Iterator<Item = &'g Measure> {
        self.measures.iter().copied().filter(|measure| self.is_on_origin(measure))
    }

    /// The rates of a measure on the day, for an origin or for any.
    fn rates(&self, measure: &Measure, origin: Option<&str>) -> Vec<&'g Row> {
        let of_measure = |row: &&Row| {
            let tax = row.cell("tax");
            row.cell("case") == measure.id
                && row.days.hold(self.case.day)
                && (tax.is_empty() || tax == self.duty_type.as_str())
                && origin.is_none_or(|origin| row.cell("origin").is_empty() || row.cell("origin") == origin)
        };
        self.case.rules.remedies.rows.iter().filter(of_measure).collect()
    }

    /// Whether the rate of makers that no row names is entered for an origin.
    fn is_known(&self, measure: &Measure, origin: &str) -> bool {
        self.rates(measure, Some(origin)).iter().any(|row| row.cell("maker").is_empty() && is_entered(row))
    }

    fn is_known_for_all(&self, measure: &Measure) -> bool {
        if measure.origins.is_empty() {
            return self.is_known(measure, "");
        }
        measure.origins.iter().all(|origin| self.is_known(measure, origin))
    }

    fn silent_on_origin(&self) -> Answer<()> {
        if self.on_origin().all(|measure| self.is_known(measure, self.origin)) {
            return Ok(());
        }
        silent("the rates of a measure are not entered for the day")
    }

    /// Whether a measure would be on the goods if the declarant's word were not believed.
    fn is_lowered(&self) -> bool {
        let possible =
            if self.proof == Proof::Held { self.on_origin().next().is_some() } else { !self.measures.is_empty() };
        possible && !self.outside
    }

    fn by_code(&self, tax: &Tax) -> Answer<Remedy> {
        if tax.relief == Some(Relief::NotSubject) && self.on_origin().any(|measure| measure.all_goods) {
            return refuse("the measure is on all goods of the code");
        }
        let Some(rate) = &tax.rate else {
            return Ok(match tax.relief {
                Some(Relief::NotSubject | Relief::Whole) => {
                    Remedy { claim: Some(self.none()), is_claimed: self.is_lowered() }
                }
                // The code was wrong, which has been said.
                _ => Remedy::default(),
            });
        };
        let Some(row) = self.row_of(&tax.code) else {
            return refuse(format!("the measure of {} is not on the goods", tax.code));
        };
        match &tax.relief {
            Some(Relief::NotSubject) => Ok(Remedy { claim: Some(self.none()), is_claimed: self.is_lowered() }),
            Some(relief) => {
                let claim = Claim { rate: rate.clone(), relief: relief.clone(), ..self.none() };
                Ok(Remedy { claim: Some(claim), is_claimed: self.is_lowered() })
            }
            None => {
                self.silent_on_origin()?;
                let claim = Claim { rate: rate.clone(), ..self.none() };
                Ok(Remedy { claim: Some(claim), is_claimed: !self.outside && self.may_owe_more(row) })
            }
        }
    }

    /// The row of a code that may be declared: of the origin, or the highest of its measure.
    fn row_of(&self, code: &str) -> Option<&'g Row> {
        for measure in &self.measures {
            let all = self.rates(measure, None);
            let Some(row) = all.iter().copied().find(|row| row.cell("code") == code) else { continue };
            let of_origin =
                self.is_on_origin(measure) && (row.cell("origin").is_empty() || row.cell("origin") == self.origin);
            if of_origin || all.iter().all(|other| !is_entered(other) || reaches(row, other)) {
                return Some(row);
            }
        }
        None
    }

    /// Whether a rate may be due that the declared one does not reach.
    fn may_owe_more(&self, declared: &Row) -> bool {
        if self.proof == Proof::Held {
            let mut rates = self.on_origin().flat_map(|measure| self.rates(measure, Some(self.origin)));
            return rates.any(|row| is_entered(row) && !reaches(declared, row));
        }
        let any = |measure: &&Measure| {
            !self.is_known_for_all(measure)
                || self.rates(measure, None).iter().any(|row| is_entered(row) && !reaches(declared, row))
        };
        self.measures.iter().any(any)
    }

    /// The code of the highest rate of all the measures. An amount for each unit is comparable with its like alone.
    fn highest(&self) -> Option<String> {
        if !self.measures.iter().all(|measure| self.is_known_for_all(measure)) {
            return None;
        }
        let all = self.measures.iter().flat_map(|measure| self.rates(measure, None));
        let all: Vec<&Row> = all.filter(|row| is_entered(row)).collect();
        let highest = all.iter().find(|row| all.iter().all(|other| reaches(row, other)))?;
        Some(highest.cell("code").to_owned())
    }
}

/// Whether the rate of a row was read.
fn is_entered(row: &Row) -> bool {
    row.number("rate").is_some() || row.number("amount").is_some()
}

/// Whether a rate is not below another.
fn reaches(row: &Row, other: &Row) -> bool {
    match (row.number("rate"), other.number("rate"), row.number("amount"), other.number("amount")) {
        (Some(rate), Some(other), _, _) => rate >= other,
        (None, None, Some(amount), Some(than)) => {
            ["currency", "unit"].iter().all(|column| row.cell(column) == other.cell(column)) && amount >= than
        }
        _ => row.cell("code") == other.cell("code"),
    }
}

/// What there is to prove the origin of a line. Customs holds a proof that the line names by form and number, that was
/// issued for us by the day, whose goods of the line's heading are of the declared origin, and of which enough is left for
/// all lines that name it.
fn proof(case: &Case<'_>, item: &GoodsItem) -> Proof {
    let Some(number) = item.certificate_number.as_deref() else {
        return if item.certificate_late.as_deref() == Some("true") { Proof::Later } else { Proof::Nothing };
    };
    let (Some(form), Some(code), Some(origin)) =
        (item.certificate_form.as_deref(), item.commodity_code.as_deref(), item.origin.as_deref())
    else {
        return Proof::Named;
    };
    let plain = |number: &str| number.split_whitespace().collect::<String>().to_uppercase();
    let is_it = |form: Option<&str>, other: Option<&str>, known: &vocabulary::OriginCertificate| {
        form == Some(known.form.as_str()) && other.is_some_and(|other| plain(other) == plain(&known.number))
    };
    let mut known: Vec<_> =
        case.facts.certificates.iter().filter(|known| is_it(Some(form), Some(number), known)).collect();
    known.sort_by_key(|known| known.issuing_country != origin);
    let Some(certificate) = known.first() else { return Proof::Named };
    let good = certificate.issued_on <= case.day
        && item.certificate_date.is_none_or(|date| date == certificate.issued_on)
        && certificate.destination.as_deref().is_none_or(|to| to == "VN");
    let digits = |code: &str| code.chars().filter(char::is_ascii_digit).collect::<String>();
    let begins = |listed: &str, length: usize| digits(listed).get(..length) == digits(code).get(..length);
    let length = if certificate.items.iter().any(|listed| begins(&listed.commodity_code, 6)) { 6 } else { 4 };
    let issuing = (!certificate.is_ticked(CertificateTick::BackToBack)).then_some(certificate.issuing_country.as_str());
    let mut left = whole(0);
    let mut needed = whole(0);
    let mut is_counted = false;
    for listed in certificate.items.iter().filter(|listed| begins(&listed.commodity_code, length)) {
        if listed.origin.as_deref().or(issuing) != Some(origin) || case.counted_in(item, &listed.unit).is_none() {
            continue;
        }
        left += of(listed.remaining);
        if !is_counted {
            is_counted = true;
            let lines = case.declaration.goods_items.iter();
            let same = lines.filter(|line| {
                is_it(line.certificate_form.as_deref(), line.certificate_number.as_deref(), certificate)
            });
            needed = same.filter_map(|line| case.counted_in(line, &listed.unit)).sum();
        }
    }
    if good && is_counted && needed <= left { Proof::Held } else { Proof::Named }
}
