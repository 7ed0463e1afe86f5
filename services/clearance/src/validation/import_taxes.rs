//! The duties and taxes that an import line bears, from its commodity, origin, schedule, kind and codes.

use rulebook::{
    EnvironmentalProtection, MfnRelation, Preferential, RulesInForce, ScheduleKind, SpecialConsumption, TariffLine,
    Treatment, VatOnLine,
};
use rust_decimal::Decimal;
use vocabulary::declaration::goods_item;
use vocabulary::duty::plain;
use vocabulary::{Bilingual, Citation, DutyType, GoodsItem, Place, RulebookGap};

use super::header::Kind;
use super::tax_codes::{self, DeclaredRelief, DeclaredTax};
use super::{Report, hs8};
use crate::accepted::{ClaimedRate, Relief, TaxClaim};
use crate::problem::{PARTICULARS, Problem, problem};

const DUTY_LAW: &str = "Law 107/2016/QH13, art. 5";
const ORIGIN_LAW: &str = "Circular 33/2023/TT-BTC; Law 107/2016/QH13, art. 5";

/// The duties and taxes of a line, in the order of assessment.
pub(crate) fn claims(
    position: usize,
    item: &GoodsItem,
    kind: Option<&Kind<'_>>,
    rules: &RulesInForce<'_>,
    report: &mut Report<'_>,
) -> Vec<TaxClaim> {
    // The codes are looked at even where the commodity is unknown: all mistakes are reported at once.
    let mut declared = tax_codes::declared(position, item, rules, report);
    let relief = tax_codes::duty_relief(position, item, DutyType::ImportDuty, rules, report);
    let Some(line) = commodity(position, item, rules, report) else {
        return Vec::new();
    };
    units(position, item, &line, report);
    let mut claims = Vec::new();
    claims.extend(import_duty(position, item, &line, kind, relief, rules, report));
    for duty_type in [DutyType::AntiDumping, DutyType::Countervailing, DutyType::Safeguard] {
        if let Some(tax) = take(&mut declared, duty_type) {
            claims.extend(additional_duty(duty_type, tax));
        }
    }
    let tax = take(&mut declared, DutyType::SpecialConsumption);
    claims.extend(special_consumption(position, &line, tax, kind, report));
    let tax = take(&mut declared, DutyType::EnvironmentalProtection);
    claims.extend(environmental_protection(position, &line, tax, kind, report));
    let tax = take(&mut declared, DutyType::Vat);
    claims.extend(vat(position, &line, tax, kind, report));
    claims
}

fn take(declared: &mut Vec<(DutyType, DeclaredTax)>, duty_type: DutyType) -> Option<DeclaredTax> {
    let at = declared.iter().position(|(other, _)| *other == duty_type)?;
    Some(declared.swap_remove(at).1)
}

/// The line of the tariff that the declared code names.
pub(crate) fn commodity<'r>(
    position: usize,
    item: &GoodsItem,
    rules: &RulesInForce<'r>,
    report: &mut Report<'_>,
) -> Option<TariffLine<'r>> {
    // A missing code is a finding of the reader.
    let code = item.commodity_code.as_deref()?;
    if let Some(line) = rules.commodity(hs8(code)) {
        return Some(line);
    }
    let near: Vec<String> = rules.commodities_near(hs8(code), 4).into_iter().map(|code| code.to_string()).collect();
    let (en, vi) = if near.is_empty() {
        ("enter the eight digits of the tariff".to_owned(), "nhập mã 8 chữ số của biểu thuế".to_owned())
    } else {
        let near = near.join(", ");
        (
            format!("enter the eight digits of the tariff; near codes are {near}"),
            format!("nhập mã 8 chữ số của biểu thuế; các mã gần nhất: {near}"),
        )
    };
    report.find(problem(
        "S0173",
        Place::item(goods_item::commodity_code, position),
        Some(code.to_owned()),
        Bilingual::new(
            format!("the tariff has no line {code} on the day of registration"),
            format!("biểu thuế không có mã {code} vào ngày đăng ký"),
        ),
        Bilingual::new(en, vi),
        "assessment/import-tariff",
        "Circular 31/2022/TT-BTC (nomenclature AHTN 2022)",
    ));
    None
}

/// The quantity has to be in a unit that the tariff names for the line.
pub(crate) fn units(position: usize, item: &GoodsItem, line: &TariffLine<'_>, report: &mut Report<'_>) {
    let Some(unit) = item.quantity_unit.as_deref() else {
        return;
    };
    let second = item.second_quantity_unit.as_deref();
    let known: Vec<&str> = line.units().flat_map(|unit| unit.codes.iter().map(|code| &**code)).collect();
    if known.is_empty() || known.contains(&unit) || second.is_some_and(|second| known.contains(&second)) {
        return;
    }
    let known = known.join(", ");
    report.find(problem(
        "E0270",
        Place::item(goods_item::quantity_unit, position),
        Some(unit.to_owned()),
        Bilingual::new(
            format!("the tariff counts {} by {known}, not by {unit}", line.code()),
            format!("biểu thuế tính mã {} theo {known}, không theo {unit}", line.code()),
        ),
        Bilingual::new(
            format!("enter the quantity, or the second quantity, in one of: {known}"),
            format!("nhập số lượng (1) hoặc số lượng (2) theo một trong các đơn vị: {known}"),
        ),
        format!("assessment/import-tariff/{}/units", line.code()),
        "Circular 31/2022/TT-BTC",
    ));
}

/// The import duty: the rate that the declared schedule asks for, as far as the goods may have it.
fn import_duty(
    position: usize,
    item: &GoodsItem,
    line: &TariffLine<'_>,
    kind: Option<&Kind<'_>>,
    relief: Option<DeclaredRelief>,
    rules: &RulesInForce<'_>,
    report: &mut Report<'_>,
) -> Option<TaxClaim> {
    // A missing origin is a finding of the rulebook's own rules.
    let origin = item.origin.as_deref()?;
    let mut desk = DutyDesk { position, item, line, origin, rules, report };
    let rate = desk.rate(relief.as_ref())?;
    let (rate, relief) = by_kind(rate, relief, kind, Share::Duty, position, desk.report);
    Some(TaxClaim { duty_type: DutyType::ImportDuty, rate: rate.0, citation: rate.1, relief })
}

/// A rate and where it comes from.
type CitedRate = (ClaimedRate, Citation);

struct DutyDesk<'d, 'r, 'l> {
    position: usize,
    item: &'d GoodsItem,
    line: &'d TariffLine<'r>,
    origin: &'d str,
    rules: &'d RulesInForce<'r>,
    report: &'d mut Report<'l>,
}

impl DutyDesk<'_, '_, '_> {
    fn place(&self) -> Place {
        Place::item(goods_item::tariff_schedule, self.position)
    }

    fn rate(&mut self, relief: Option<&DeclaredRelief>) -> Option<CitedRate> {
        let Some(code) = self.item.tariff_schedule.as_deref() else {
            // The law gives the rate by origin; an agreement's rate has to be asked for.
            return self.by_origin();
        };
        let Some(schedule) = self.rules.agreement_of_schedule(code) else {
            let near = self.rules.code_near(rulebook::CodeList::TariffSchedules, code);
            let (en, vi) = near.map_or_else(
                || {
                    (
                        String::from("enter e.g. B01 for the preferential rate"),
                        String::from("nhập mã biểu thuế, ví dụ B01"),
                    )
                },
                |near| {
                    (
                        format!("did you mean {} ({})?", near.code(), near.name_en()),
                        format!("có phải {} ({}) không?", near.code(), near.name_vi()),
                    )
                },
            );
            self.report.find(problem(
                "E1004",
                self.place(),
                Some(code.to_owned()),
                Bilingual::new(
                    format!("there is no tariff schedule {code} on the day of registration"),
                    format!("không có mã biểu thuế {code} vào ngày đăng ký"),
                ),
                Bilingual::new(en, vi),
                "code-lists/tariff-schedules",
                PARTICULARS,
            ));
            return None;
        };
        let over_quota = self.item.quota_class.as_deref() == Some("X");
        match schedule.kind {
            ScheduleKind::Mfn if over_quota => self.out_of_quota(),
            ScheduleKind::Mfn => self.mfn(),
            ScheduleKind::Ordinary => self.ordinary(),
            ScheduleKind::OutOfQuota => self.out_of_quota(),
            ScheduleKind::Agreement(id) => self.agreement(id, code, over_quota),
            ScheduleKind::NotSubject => self.not_subject(relief, schedule.entry.citation()),
            ScheduleKind::Specific | ScheduleKind::Mixed | ScheduleKind::Chapter98 => {
                let gap = RulebookGap {
                    code: "rate_of_schedule_not_in_rulebook".into(),
                    item: None,
                    message: format!(
                        "the rulebook has no rates of the schedule {code} ({}); an officer finds the duty",
                        schedule.entry.name_en()
                    )
                    .into(),
                    rule: schedule.entry.citation().rule,
                };
                self.report.gap(gap, Some(self.position));
                None
            }
        }
    }

    fn by_origin(&mut self) -> Option<CitedRate> {
        match self.rules.mfn_relation(self.origin) {
            MfnRelation::Yes(_) => self.found(self.line.mfn()),
            MfnRelation::No(_) => self.found(self.line.ordinary()),
            MfnRelation::Unknown(gap) => {
                self.report.gap(gap, Some(self.position));
                None
            }
        }
    }

    fn mfn(&mut self) -> Option<CitedRate> {
        match self.rules.mfn_relation(self.origin) {
            MfnRelation::Yes(_) => self.found(self.line.mfn()),
            MfnRelation::No(citation) => {
                let origin = self.origin;
                self.report.find(problem(
                    "E1006",
                    self.place(),
                    self.item.tariff_schedule.as_deref().map(str::to_owned),
                    Bilingual::new(
                        format!("goods of {origin} do not have most-favoured-nation treatment"),
                        format!("hàng xuất xứ {origin} không được hưởng đối xử tối huệ quốc"),
                    ),
                    Bilingual::new(
                        "enter B03 for the ordinary rate, or check the origin",
                        "nhập B03 (thuế suất thông thường) hoặc kiểm tra lại xuất xứ",
                    ),
                    citation.rule.to_string(),
                    &citation.law,
                ));
                None
            }
            MfnRelation::Unknown(gap) => {
                self.report.gap(gap, Some(self.position));
                None
            }
        }
    }

    fn ordinary(&mut self) -> Option<CitedRate> {
        if let MfnRelation::Yes(citation) = self.rules.mfn_relation(self.origin) {
            let origin = self.origin;
            self.report.warn(problem(
                "ordinary_rate_not_needed",
                self.place(),
                self.item.tariff_schedule.as_deref().map(str::to_owned),
                Bilingual::new(
                    format!("goods of {origin} may have the preferential rate, which is lower"),
                    format!("hàng xuất xứ {origin} được hưởng thuế suất ưu đãi, thấp hơn"),
                ),
                Bilingual::new("enter B01 for the preferential rate", "nhập B01 để áp dụng thuế suất ưu đãi"),
                citation.rule.to_string(),
                &citation.law,
            ));
        }
        self.found(self.line.ordinary())
    }

    fn out_of_quota(&mut self) -> Option<CitedRate> {
        match self.line.mfn_out_of_quota() {
            Ok(Some(rate)) => Some((ClaimedRate::AdValorem(rate.value), rate.citation)),
            Ok(None) => {
                let code = self.line.code();
                self.report.find(problem(
                    "E1009",
                    self.place(),
                    self.item.tariff_schedule.as_deref().map(str::to_owned),
                    Bilingual::new(
                        format!("the line {code} has no tariff quota, so nothing is outside one"),
                        format!("mã {code} không thuộc diện hạn ngạch thuế quan"),
                    ),
                    Bilingual::new(
                        "leave out the quota class X, and enter B01 or an agreement's schedule",
                        "bỏ mã ngoài hạn ngạch X và nhập B01 hoặc biểu thuế của hiệp định",
                    ),
                    format!("assessment/import-tariff/{code}/mfn_out_of_quota"),
                    DUTY_LAW,
                ));
                None
            }
            Err(gap) => {
                self.report.gap(gap, Some(self.position));
                None
            }
        }
    }

    /// An agreement's rate: with proof of origin, for a member, for the line; and the preferential rate where that one
    /// is lower (Decree 134/2016 and Law 107/2016 art. 5).
    fn agreement(&mut self, id: &str, code: &str, over_quota: bool) -> Option<CitedRate> {
        let origin = self.origin;
        let preferential = if over_quota {
            self.line.preferential_out_of_quota(id, origin)
        } else {
            self.line.preferential(id, origin)
        };
        let name = self.rules.agreement(id).map_or_else(|| id.to_owned(), |agreement| agreement.name_en().to_owned());
        let line = self.line.code();
        let rate = match preferential {
            Preferential::Rate(rate) => rate,
            Preferential::Gap(gap) => {
                self.report.gap(gap, Some(self.position));
                return None;
            }
            Preferential::QuotaOnly(citation) => {
                let gap = RulebookGap {
                    code: "quota_rate_not_in_rulebook".into(),
                    item: None,
                    message: format!(
                        "{name} gives {line} a preference inside a quota only; the rulebook has no rate for it"
                    )
                    .into(),
                    rule: citation.rule,
                };
                self.report.gap(gap, Some(self.position));
                return None;
            }
            Preferential::NotMember(citation) => {
                self.not_possible(
                    code,
                    format!("{origin} is not a member of {name}"),
                    format!("{origin} không phải là thành viên của {name}"),
                    &citation,
                );
                return None;
            }
            Preferential::NotForOrigin(citation) => {
                self.not_possible(
                    code,
                    format!("{name} gives no preference for {line} of {origin}"),
                    format!("{name} không cho mã {line} xuất xứ {origin} hưởng ưu đãi"),
                    &citation,
                );
                return None;
            }
            Preferential::Excluded(citation) => {
                self.not_possible(
                    code,
                    format!("{name} gives no preference for {line}"),
                    format!("{name} không cho mã {line} hưởng ưu đãi"),
                    &citation,
                );
                return None;
            }
        };
        if !self.certificate(id, &name) {
            // Until the certificate is filed the preferential (MFN) or ordinary rate holds.
            return self.by_origin();
        }
        if let (MfnRelation::Yes(_), Ok(mfn)) = (self.rules.mfn_relation(origin), self.line.mfn())
            && mfn.value < rate.value
        {
            return Some((ClaimedRate::AdValorem(mfn.value), mfn.citation));
        }
        Some((ClaimedRate::AdValorem(rate.value), rate.citation))
    }

    fn not_possible(&mut self, code: &str, en: String, vi: String, citation: &Citation) {
        let others: Vec<String> = self
            .rules
            .agreements()
            .filter(|agreement| matches!(self.line.preferential(agreement.id(), self.origin), Preferential::Rate(_)))
            .flat_map(|agreement| self.rules.schedules_of(agreement.id()))
            .map(|schedule| format!("{} ({})", schedule.code(), schedule.name_en()))
            .collect();
        let (others_en, others_vi) = if others.is_empty() {
            (String::new(), String::new())
        } else {
            (
                format!("; with its certificate of origin, one of {}", others.join(", ")),
                format!("; nếu có giấy chứng nhận xuất xứ tương ứng: {}", others.join(", ")),
            )
        };
        self.report.find(problem(
            "E1012",
            self.place(),
            Some(code.to_owned()),
            Bilingual::new(en, vi),
            Bilingual::new(
                format!("enter B01 for the preferential (MFN) rate{others_en}"),
                format!("nhập B01 (thuế suất ưu đãi){others_vi}"),
            ),
            citation.rule.to_string(),
            &citation.law,
        ));
    }

    /// Whether the proof of origin that the agreement asks for is declared. When it will be filed later, the
    /// declarant is warned; when it is not there at all, that is a mistake.
    fn certificate(&mut self, agreement: &str, name: &str) -> bool {
        let item = self.item;
        let at = |field| Place::item(field, self.position);
        if item.certificate_number.is_none() {
            if item.certificate_late.as_deref() == Some("true") {
                self.report.warn(problem(
                    "certificate_filed_later",
                    at(goods_item::certificate_late),
                    None,
                    Bilingual::new(
                        format!("the rate of {name} holds once the certificate is filed; until then duty is assessed without it"),
                        format!("thuế suất {name} chỉ áp dụng khi nộp giấy chứng nhận xuất xứ; trước đó tính thuế không ưu đãi đặc biệt"),
                    ),
                    Bilingual::new(
                        "file the certificate within one year of registration (two for EVFTA and UKVFTA), and amend",
                        "nộp giấy chứng nhận trong 1 năm kể từ ngày đăng ký (2 năm với EVFTA, UKVFTA) và khai bổ sung",
                    ),
                    "assessment/certificates-of-origin",
                    ORIGIN_LAW,
                ));
                return false;
            }
            let forms = self.forms(agreement);
            self.report.find(problem(
                "certificate_missing",
                at(goods_item::certificate_number),
                None,
                Bilingual::new(
                    format!("the rate of {name} is claimed without a proof of origin"),
                    format!("xin hưởng thuế suất {name} nhưng chưa khai chứng từ chứng nhận xuất xứ"),
                ),
                Bilingual::new(
                    format!("enter form ({forms}), number and date of the certificate; or say that it will be filed later; or enter B01"),
                    format!("nhập mẫu ({forms}), số và ngày của giấy chứng nhận; hoặc khai nộp sau; hoặc nhập B01"),
                ),
                "assessment/certificates-of-origin",
                ORIGIN_LAW,
            ));
            return false;
        }
        let registered_on = self.rules.date();
        match item.certificate_date {
            None => self.report.find(problem(
                "certificate_date_missing",
                at(goods_item::certificate_date),
                None,
                Bilingual::new("the certificate's date of issue is missing", "thiếu ngày cấp giấy chứng nhận xuất xứ"),
                Bilingual::new("enter the date on the certificate", "nhập ngày cấp ghi trên giấy chứng nhận"),
                "assessment/certificates-of-origin",
                ORIGIN_LAW,
            )),
            Some(date) if date > registered_on => self.report.find(problem(
                "certificate_date_in_future",
                at(goods_item::certificate_date),
                Some(date.to_string()),
                Bilingual::new(
                    "the certificate's date of issue is after the day of registration",
                    "ngày cấp giấy chứng nhận xuất xứ sau ngày đăng ký",
                ),
                Bilingual::new("check the date on the certificate", "kiểm tra lại ngày cấp trên giấy chứng nhận"),
                "assessment/certificates-of-origin",
                ORIGIN_LAW,
            )),
            Some(_) => {}
        }
        let form = item.certificate_form.as_deref();
        let fits = form.is_some_and(|form| self.rules.certificates_of(agreement).any(|known| known.code() == form));
        if !fits && self.rules.certificates_of(agreement).next().is_some() {
            let forms = self.forms(agreement);
            self.report.find(problem(
                "certificate_form_not_of_agreement",
                at(goods_item::certificate_form),
                form.map(str::to_owned),
                Bilingual::new(
                    format!("the proof of origin of {name} is of form {forms}"),
                    format!("chứng từ chứng nhận xuất xứ của {name} là mẫu {forms}"),
                ),
                Bilingual::new(
                    "enter that form, or the schedule of the agreement that the certificate belongs to",
                    "nhập đúng mẫu, hoặc nhập biểu thuế của hiệp định ứng với giấy chứng nhận",
                ),
                "code-lists/origin-certificates",
                ORIGIN_LAW,
            ));
        }
        true
    }

    fn forms(&self, agreement: &str) -> String {
        let forms: Vec<&str> = self.rules.certificates_of(agreement).map(|form| form.code()).collect();
        forms.join(", ")
    }

    fn not_subject(&mut self, relief: Option<&DeclaredRelief>, schedule: Citation) -> Option<CitedRate> {
        if let Some(DeclaredRelief::NotSubject(citation)) = relief {
            return Some((ClaimedRate::NotSubject, citation.clone()));
        }
        self.report.find(problem(
            "E1031",
            Place::item(goods_item::exemption_code, self.position),
            self.item.exemption_code.as_deref().map(str::to_owned),
            Bilingual::new(
                "the schedule says that the goods are not subject to import duty, and no code says why",
                "biểu thuế khai là không chịu thuế nhập khẩu nhưng chưa có mã lý do không chịu thuế",
            ),
            Bilingual::new("enter a code such as XNK32, or another schedule", "nhập mã như XNK32, hoặc biểu thuế khác"),
            schedule.rule.to_string(),
            DUTY_LAW,
        ));
        None
    }

    fn found(&mut self, rate: Result<rulebook::Cited<Decimal>, RulebookGap>) -> Option<CitedRate> {
        match rate {
            Ok(rate) => Some((ClaimedRate::AdValorem(rate.value), rate.citation)),
            Err(gap) => {
                self.report.gap(gap, Some(self.position));
                None
            }
        }
    }
}

/// Which of a kind's treatments is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Share {
    /// Of import or export duty.
    Duty,
    /// Of the other taxes.
    Taxes,
}

/// What a declared code, or else the declaration kind, does to a tax. Where the kind is usually relieved by a code and
/// none is declared, the tax is assessed in full and the declarant is warned.
pub(crate) fn by_kind(
    rate: CitedRate,
    declared: Option<DeclaredRelief>,
    kind: Option<&Kind<'_>>,
    share: Share,
    position: usize,
    report: &mut Report<'_>,
) -> (CitedRate, Relief) {
    match declared {
        Some(DeclaredRelief::Relief(relief)) => return (rate, relief),
        Some(DeclaredRelief::NotSubject(citation)) => return ((ClaimedRate::NotSubject, citation), Relief::None),
        None => {}
    }
    let Some(kind) = kind else { return (rate, Relief::None) };
    let (treatment, usual, field) = match share {
        Share::Duty => (kind.kind.duty, &kind.kind.duty_relief_code, goods_item::exemption_code),
        Share::Taxes => (kind.kind.taxes, &kind.kind.vat_code, goods_item::goods_description),
    };
    let whole = match treatment {
        Treatment::Full | Treatment::ByGoods | Treatment::Deferred => return (rate, Relief::None),
        Treatment::NotSubject => false,
        Treatment::Exempt | Treatment::NotCollected | Treatment::Suspended => true,
    };
    match usual {
        Some(usual) if rate.0 != ClaimedRate::NotSubject => {
            let (code, name) = (usual, kind.code);
            report.warn(problem(
                "relief_not_claimed",
                Place::item(field, position),
                None,
                Bilingual::new(
                    format!("goods of kind {name} are usually relieved by the code {code}, which is not declared; the tax is assessed in full"),
                    format!("hàng loại hình {name} thường được áp mã {code} nhưng chưa khai; thuế được tính đủ"),
                ),
                Bilingual::new(format!("enter {code} if the goods qualify"), format!("nhập {code} nếu hàng hóa đủ điều kiện")),
                kind.citation.rule.to_string(),
                &kind.citation.law,
            ));
            (rate, Relief::None)
        }
        _ if whole => (rate, Relief::Whole(kind.citation.clone())),
        _ => ((ClaimedRate::NotSubject, kind.citation.clone()), Relief::None),
    }
}

fn additional_duty(duty_type: DutyType, declared: DeclaredTax) -> Option<TaxClaim> {
    let (rate, citation) = match (declared.rate, &declared.relief) {
        (Some(rate), _) => (rate.rate, rate.citation),
        (None, Some(DeclaredRelief::NotSubject(citation))) => (ClaimedRate::NotSubject, citation.clone()),
        (None, Some(DeclaredRelief::Relief(Relief::Whole(citation)))) => (ClaimedRate::NotSubject, citation.clone()),
        (None, _) => return None,
    };
    let relief = match declared.relief {
        Some(DeclaredRelief::Relief(relief)) if rate != ClaimedRate::NotSubject => relief,
        _ => Relief::None,
    };
    Some(TaxClaim { duty_type, rate, citation, relief })
}

fn special_consumption(
    position: usize,
    line: &TariffLine<'_>,
    declared: Option<DeclaredTax>,
    kind: Option<&Kind<'_>>,
    report: &mut Report<'_>,
) -> Option<TaxClaim> {
    let duty_type = DutyType::SpecialConsumption;
    let rate = match line.special_consumption() {
        SpecialConsumption::NotSubject(citation) => {
            not_borne(duty_type, line, declared.as_ref(), &citation, report);
            return None;
        }
        SpecialConsumption::Gap(gap) => {
            report.gap(gap, Some(position));
            return None;
        }
        SpecialConsumption::Rate(rate) => {
            same_rate(duty_type, line, declared.as_ref(), rate.value, &rate.citation, report);
            (ClaimedRate::AdValorem(rate.value), rate.citation)
        }
        SpecialConsumption::DependsOnGoods { permitted, citation } => {
            decided_by_code(duty_type, position, line, declared.as_ref(), &permitted, true, &citation, report)?
        }
    };
    let relief = declared.and_then(|declared| declared.relief);
    let ((rate, citation), relief) =
        by_kind(rate, relief, kind_without_code(kind).as_ref(), Share::Taxes, position, report);
    Some(TaxClaim { duty_type, rate, citation, relief })
}

fn environmental_protection(
    position: usize,
    line: &TariffLine<'_>,
    declared: Option<DeclaredTax>,
    kind: Option<&Kind<'_>>,
    report: &mut Report<'_>,
) -> Option<TaxClaim> {
    let duty_type = DutyType::EnvironmentalProtection;
    let rate = match line.environmental() {
        EnvironmentalProtection::No(citation) => {
            not_borne(duty_type, line, declared.as_ref(), &citation, report);
            return None;
        }
        EnvironmentalProtection::Gap(gap) => {
            report.gap(gap, Some(position));
            return None;
        }
        EnvironmentalProtection::Yes(citation) | EnvironmentalProtection::Maybe(citation) => {
            decided_by_code(duty_type, position, line, declared.as_ref(), &[], true, &citation, report)?
        }
    };
    let relief = declared.and_then(|declared| declared.relief);
    let ((rate, citation), relief) =
        by_kind(rate, relief, kind_without_code(kind).as_ref(), Share::Taxes, position, report);
    Some(TaxClaim { duty_type, rate, citation, relief })
}

/// A kind whose usual code is about VAT does not relieve the other taxes by that code.
fn kind_without_code<'k>(kind: Option<&Kind<'k>>) -> Option<Kind<'k>> {
    kind.filter(|kind| kind.kind.vat_code.is_none()).map(|kind| Kind {
        code: kind.code,
        kind: kind.kind,
        citation: kind.citation.clone(),
    })
}

fn vat(
    position: usize,
    line: &TariffLine<'_>,
    declared: Option<DeclaredTax>,
    kind: Option<&Kind<'_>>,
    report: &mut Report<'_>,
) -> Option<TaxClaim> {
    let duty_type = DutyType::Vat;
    let rate = match line.vat() {
        VatOnLine::Gap(gap) => {
            report.gap(gap, Some(position));
            return None;
        }
        VatOnLine::Rate(rate) => {
            same_rate(duty_type, line, declared.as_ref(), rate.value, &rate.citation, report);
            (ClaimedRate::AdValorem(rate.value), rate.citation)
        }
        VatOnLine::DependsOnGoods { permitted, not_subject_permitted, citation } => {
            // A kind whose goods are not subject to VAT needs no code to say so.
            let by_kind_alone = declared.is_none()
                && kind.is_some_and(|kind| kind.kind.taxes == Treatment::NotSubject && kind.kind.vat_code.is_none());
            if by_kind_alone {
                (ClaimedRate::NotSubject, citation)
            } else {
                decided_by_code(
                    duty_type,
                    position,
                    line,
                    declared.as_ref(),
                    &permitted,
                    not_subject_permitted,
                    &citation,
                    report,
                )?
            }
        }
    };
    let relief = declared.and_then(|declared| declared.relief);
    let ((rate, citation), relief) = by_kind(rate, relief, kind, Share::Taxes, position, report);
    Some(TaxClaim { duty_type, rate, citation, relief })
}

/// The rate of a tax that depends on the goods: the declared code decides, within what the tariff permits.
#[expect(
    clippy::too_many_arguments,
    reason = "the tax, the line, what is declared and what is permitted are all needed"
)]
fn decided_by_code(
    duty_type: DutyType,
    position: usize,
    line: &TariffLine<'_>,
    declared: Option<&DeclaredTax>,
    permitted: &[Decimal],
    not_subject_permitted: bool,
    citation: &Citation,
    report: &mut Report<'_>,
) -> Option<CitedRate> {
    let (en, vi) = duty_type.names();
    let rates: Vec<String> = permitted.iter().map(|rate| format!("{} %", plain(*rate))).collect();
    let rates = rates.join(", ");
    match declared {
        Some(DeclaredTax { rate: Some(rate), place, .. }) => {
            if let ClaimedRate::AdValorem(percent) = rate.rate
                && !permitted.is_empty()
                && !permitted.contains(&percent)
            {
                report.find(problem(
                    "E1964",
                    place.unwrap_or(Place::item(goods_item::commodity_code, position)),
                    Some(rate.code.clone()),
                    Bilingual::new(
                        format!(
                            "{} stands for {} %, and the {en} on {} is one of {rates}",
                            rate.code,
                            plain(percent),
                            line.code()
                        ),
                        format!(
                            "{} là {} %, trong khi {vi} của mã {} là một trong {rates}",
                            rate.code,
                            plain(percent),
                            line.code()
                        ),
                    ),
                    Bilingual::new(
                        "enter the code of the rate that the goods bear",
                        "nhập mã đúng thuế suất của hàng hóa",
                    ),
                    citation.rule.to_string(),
                    &citation.law,
                ));
                return None;
            }
            Some((rate.rate.clone(), rate.citation.clone()))
        }
        // Goods of which the code says that the tax is not on them.
        Some(DeclaredTax { relief: Some(DeclaredRelief::NotSubject(citation)), .. }) => {
            Some((ClaimedRate::NotSubject, citation.clone()))
        }
        Some(DeclaredTax { relief: Some(DeclaredRelief::Relief(Relief::Whole(citation))), .. }) => {
            Some((ClaimedRate::NotSubject, citation.clone()))
        }
        // The code itself was wrong, which has been said.
        Some(_) => None,
        None => {
            let (permitted_en, permitted_vi) = if rates.is_empty() {
                (String::new(), String::new())
            } else {
                (format!(" ({rates})"), format!(" ({rates})"))
            };
            let (none_en, none_vi) = if not_subject_permitted {
                (", or the code that says that the goods are not subject to it", ", hoặc mã không chịu thuế")
            } else {
                ("", "")
            };
            report.find(problem(
                "E1070",
                Place::item(goods_item::commodity_code, position),
                Some(line.code().to_string()),
                Bilingual::new(
                    format!("the {en} on {} depends on the goods, and no code of it is declared", line.code()),
                    format!("{vi} của mã {} tùy thuộc vào hàng hóa nhưng chưa khai mã", line.code()),
                ),
                Bilingual::new(
                    format!("enter the code of the rate that the goods bear{permitted_en} among the line's other taxes{none_en}"),
                    format!("nhập mã thuế suất áp dụng{permitted_vi} trong phần thuế và thu khác của dòng hàng{none_vi}"),
                ),
                citation.rule.to_string(),
                &citation.law,
            ));
            None
        }
    }
}

/// A code of a tax whose rate the tariff gives by itself must not name another rate.
fn same_rate(
    duty_type: DutyType,
    line: &TariffLine<'_>,
    declared: Option<&DeclaredTax>,
    rate: Decimal,
    citation: &Citation,
    report: &mut Report<'_>,
) {
    let Some(DeclaredTax { rate: Some(declared), place: Some(place), .. }) = declared else {
        return;
    };
    if declared.rate == ClaimedRate::AdValorem(rate) {
        return;
    }
    let (en, vi) = duty_type.names();
    let said = match &declared.rate {
        ClaimedRate::AdValorem(percent) => format!("{} %", plain(*percent)),
        ClaimedRate::PerUnit { amount, unit, .. } => format!("{} VND/{unit}", plain(*amount)),
        ClaimedRate::NotSubject => "0".to_owned(),
    };
    report.find(problem(
        "E1959",
        *place,
        Some(declared.code.clone()),
        Bilingual::new(
            format!("{} stands for {said}, and the {en} on {} is {} %", declared.code, line.code(), plain(rate)),
            format!("{} là {said}, trong khi {vi} của mã {} là {} %", declared.code, line.code(), plain(rate)),
        ),
        Bilingual::new(
            format!("enter the code of {} %, or leave the code out", plain(rate)),
            format!("nhập mã của mức {} % hoặc bỏ trống", plain(rate)),
        ),
        citation.rule.to_string(),
        &citation.law,
    ));
}

/// A code of a tax that the commodity does not bear.
fn not_borne(
    duty_type: DutyType,
    line: &TariffLine<'_>,
    declared: Option<&DeclaredTax>,
    citation: &Citation,
    report: &mut Report<'_>,
) {
    let Some(DeclaredTax { rate: Some(declared), place: Some(place), .. }) = declared else {
        return;
    };
    report.find(tax_not_borne(duty_type, line, &declared.code, *place, citation));
}

fn tax_not_borne(duty_type: DutyType, line: &TariffLine<'_>, code: &str, place: Place, citation: &Citation) -> Problem {
    let (en, vi) = duty_type.names();
    problem(
        "tax_not_borne",
        place,
        Some(code.to_owned()),
        Bilingual::new(format!("{} does not bear {en}", line.code()), format!("mã {} không chịu {vi}", line.code())),
        Bilingual::new("leave the code out, or check the tariff code", "bỏ mã này hoặc kiểm tra lại mã HS"),
        citation.rule.to_string(),
        &citation.law,
    )
}
