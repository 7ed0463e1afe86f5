//! The import duty of a line: which rate the declared schedule asks for, and whether the goods may have it.

use rulebook::{Cited, MfnRelation, Preferential, Provision, ScheduleKind, SpecificKind, TariffLine, TariffSchedule};
use rust_decimal::Decimal;
use vocabulary::declaration::goods_item;
use vocabulary::duty::plain;
use vocabulary::{Bilingual, Citation, Claim, ClaimKind, DutyType, Place, Rate, RulebookGap};

use super::specific_duty;
use crate::accepted::{CitedRate, TaxClaim};
use crate::problem::{problem, suggesting};
use crate::validation::Report;
use crate::validation::header::Kind;
use crate::validation::line::{AskedPreference, ResolvedLine};
use crate::validation::lower_rate::lower_without_agreement;
use crate::validation::manual_rate;
use crate::validation::relief::{by_kind, not_subject, seen};
use crate::validation::tax_codes::DeclaredRelief;

/// The import duty: the rate that the declared schedule asks for, as far as the goods may have it.
pub(super) fn claim(
    line: &ResolvedLine<'_>,
    tariff: TariffLine<'_>,
    kind: Option<&Kind<'_>>,
    relief: Option<DeclaredRelief>,
    proven: bool,
    report: &mut Report<'_>,
) -> Option<TaxClaim> {
    // A missing origin is a finding of the rulebook's own rules.
    let origin = line.origin?;
    let not_subject = not_subject(kind, relief.as_ref());
    let mut desk = DutyDesk { line, tariff, origin, proven, not_subject, report };
    let rate = desk.rate(relief.as_ref())?;
    if let (None, Rate::NotSubject, Some(kind)) = (&relief, &rate.rate, kind) {
        seen(kind, desk.report);
    }
    manual_rate::check(line, &rate, desk.report);
    let found = rate.clone();
    let (rate, relief) = by_kind(DutyType::ImportDuty, rate, relief, kind, line.position, desk.report);
    // Goods that are not subject to the duty need no rate, so that nothing is claimed with one.
    if rate.rate != Rate::NotSubject {
        desk.claims(&found);
    }
    Some(rate.claim(DutyType::ImportDuty, relief))
}

struct DutyDesk<'d, 'r, 'l> {
    line: &'d ResolvedLine<'r>,
    tariff: TariffLine<'r>,
    origin: &'d str,
    /// Whether there is a proof of origin that carries the agreement's rate.
    proven: bool,
    /// Why the goods are not subject to duty, where they are not: no rate is needed then.
    not_subject: Option<Citation>,
    report: &'d mut Report<'l>,
}

impl DutyDesk<'_, '_, '_> {
    fn place(&self) -> Place {
        Place::item(goods_item::tariff_schedule, self.line.position)
    }

    /// The rulebook is silent on the rate: an officer finds it, unless the goods need none.
    fn silent(&mut self, gap: RulebookGap) -> Option<CitedRate> {
        if let Some(citation) = &self.not_subject {
            return Some(CitedRate::not_subject(citation.clone()));
        }
        self.report.gap(gap, Some(self.line.position));
        None
    }

    fn rate(&mut self, relief: Option<&DeclaredRelief>) -> Option<CitedRate> {
        let Some(code) = self.line.item.tariff_schedule.as_deref() else {
            // The law gives the rate by origin; an agreement's rate has to be asked for.
            if self.line.is_over_quota() {
                return self.out_of_quota();
            }
            self.quota_left(None);
            return self.by_origin();
        };
        if let Some(gap) = self.line.rules.code_not_entered(rulebook::CodeList::TariffSchedules, code) {
            self.report.gap(gap, Some(self.line.position));
            return None;
        }
        let Some(schedule) = self.line.schedule.clone() else {
            let (mend, suggestions) = self.line.rules.mend_code(rulebook::CodeList::TariffSchedules, code);
            let unknown = problem(
                "E1004",
                self.place(),
                Some(code.to_owned()),
                Bilingual::new(
                    format!("there is no tariff schedule {code} on the day of registration"),
                    format!("không có mã biểu thuế {code} vào ngày đăng ký"),
                ),
                mend,
                "code-lists/tariff-schedules",
                Provision::Particulars,
            );
            self.report.find(suggesting(unknown, suggestions));
            return None;
        };
        let over_quota = self.line.is_over_quota();
        let by_unit = matches!(schedule.kind, ScheduleKind::Specific | ScheduleKind::Mixed);
        if !by_unit && let Some(specific) = self.line.item.specific_rate_code.as_deref() {
            self.report.find(specific_duty::not_of_schedule(self.line.position, specific, code, &schedule));
        }
        match schedule.kind {
            ScheduleKind::NotSubject | ScheduleKind::Specific | ScheduleKind::Mixed | ScheduleKind::Chapter98
                if over_quota =>
            {
                self.quota_class_beside(code, &schedule.entry.citation());
                None
            }
            ScheduleKind::Mfn if over_quota => self.out_of_quota(),
            ScheduleKind::Mfn => {
                self.quota_left(None);
                self.mfn()
            }
            ScheduleKind::Ordinary if over_quota => self.ordinary_out_of_quota(),
            ScheduleKind::Ordinary => {
                self.quota_left(None);
                self.ordinary()
            }
            ScheduleKind::OutOfQuota => self.out_of_quota(),
            ScheduleKind::Agreement(id) => self.agreement(id, code, over_quota),
            ScheduleKind::NotSubject => self.not_subject(relief, schedule.entry.citation()),
            ScheduleKind::Specific | ScheduleKind::Mixed => self.by_unit(code, &schedule),
            ScheduleKind::Chapter98 => {
                let gap = RulebookGap {
                    code: "rate_of_schedule_not_in_rulebook".into(),
                    item: None,
                    message: Bilingual::new(
                        format!(
                            "the rulebook has no rates of the schedule {code} ({}); an officer finds the duty",
                            schedule.entry.name_en()
                        ),
                        format!(
                            "bộ quy tắc chưa có thuế suất của biểu {code} ({}); công chức xác định thuế",
                            schedule.entry.name_vi()
                        ),
                    ),
                    rule: schedule.entry.citation().rule,
                };
                self.silent(gap)
            }
        }
    }

    /// What an officer has to see of the rate that was found.
    fn claims(&mut self, rate: &CitedRate) {
        let agreement = match self.line.schedule.as_ref().map(|schedule| schedule.kind) {
            Some(ScheduleKind::NotSubject | ScheduleKind::OutOfQuota | ScheduleKind::Chapter98) => return,
            Some(ScheduleKind::Specific | ScheduleKind::Mixed) => return self.of_specific_rates(rate),
            Some(ScheduleKind::Agreement(id)) if self.proven => Some(&**id),
            _ => None,
        };
        self.of_quota(agreement, rate);
        self.of_new_goods();
    }

    /// The rate inside a tariff quota is for who holds a share of the quota.
    fn of_quota(&mut self, agreement: Option<&str>, rate: &CitedRate) {
        let Rate::AdValorem(inside) = rate.rate else { return };
        if self.line.is_over_quota() {
            return;
        }
        let own = agreement.and_then(|id| match self.tariff.preferential_out_of_quota(id, self.origin) {
            Preferential::Rate(outside) => Some(outside),
            _ => None,
        });
        let outside = own.or_else(|| match self.line.mfn() {
            Some(MfnRelation::Yes(_)) => self.tariff.mfn_out_of_quota().ok().flatten(),
            _ => self.tariff.ordinary_out_of_quota().ok().flatten(),
        });
        let Some(outside) = outside.filter(|outside| outside.value > inside) else { return };
        let (inside, out) = (plain(inside), plain(outside.value));
        self.claim(
            ClaimKind::Quota,
            Bilingual::new(
                format!("the rate of {inside} % inside the tariff quota; outside it is {out} %"),
                format!("thuế suất trong hạn ngạch {inside} %; ngoài hạn ngạch là {out} %"),
            ),
            Bilingual::new(
                "the share of the tariff quota that the Ministry of Industry and Trade gave the trader",
                "giấy phép, thông báo giao hạn ngạch thuế quan của Bộ Công Thương",
            ),
            outside.citation,
        );
    }

    /// A percentage on goods for which there are amounts for used ones says that they are new.
    fn of_new_goods(&mut self) {
        let code = self.line.declared_code();
        let Some(used) = self.line.rules.tariff().specific_rates().find(|rate| rate.covers(code)) else { return };
        self.claim(
            ClaimKind::Rate,
            Bilingual::new(
                format!("the goods are new: used ones of the line bear amounts such as {}", used.code()),
                format!("hàng mới: hàng đã qua sử dụng thuộc dòng thuế này chịu mức tuyệt đối như {}", used.code()),
            ),
            Bilingual::new(
                "papers of the maker, or a look at the goods",
                "chứng từ của nhà sản xuất hoặc kiểm tra thực tế hàng hóa",
            ),
            used.citation(),
        );
    }

    /// Of several amounts for goods of the line the declared one rests on what the goods are.
    fn of_specific_rates(&mut self, rate: &CitedRate) {
        let Some(declared) = rate.rate.per_unit() else { return };
        let code = self.line.declared_code();
        let dearer = self.line.rules.tariff().specific_rates().find(|known| {
            let same_measure = known.currency() == &*declared.currency && known.unit() == &*declared.unit;
            known.covers(code) && (!same_measure || known.amount() > declared.amount)
        });
        let Some(dearer) = dearer else { return };
        self.claim(
            ClaimKind::Rate,
            Bilingual::new(
                format!("the declared amount; goods of the line may bear {} ({})", dearer.code(), dearer.name_en()),
                format!("mức đã khai; hàng thuộc dòng thuế này có thể chịu {} ({})", dearer.code(), dearer.name_vi()),
            ),
            Bilingual::new(
                "papers of the maker, or a look at the goods",
                "chứng từ của nhà sản xuất hoặc kiểm tra thực tế hàng hóa",
            ),
            dearer.citation(),
        );
    }

    fn claim(&mut self, kind: ClaimKind, message: Bilingual, rests_on: Bilingual, citation: Citation) {
        let code = self.line.item.tariff_schedule.as_deref().map(str::to_owned);
        let tax = Some(DutyType::ImportDuty);
        self.report.claim(Some(self.line.position), Claim { kind, item: None, tax, code, message, rests_on, citation });
    }

    fn by_origin(&mut self) -> Option<CitedRate> {
        match self.line.mfn()? {
            MfnRelation::Yes(_) => self.found(self.tariff.mfn()),
            MfnRelation::No(_) => self.found(self.tariff.ordinary()),
            MfnRelation::Unknown(gap) => self.silent(gap.clone()),
        }
    }

    fn mfn(&mut self) -> Option<CitedRate> {
        match self.line.mfn()? {
            MfnRelation::Yes(_) => self.found(self.tariff.mfn()),
            MfnRelation::No(citation) => {
                let origin = self.origin;
                self.report.find(problem(
                    "E1006",
                    self.place(),
                    self.line.item.tariff_schedule.as_deref().map(str::to_owned),
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
            MfnRelation::Unknown(gap) => self.silent(gap.clone()),
        }
    }

    fn ordinary(&mut self) -> Option<CitedRate> {
        if let Some(MfnRelation::Yes(citation)) = self.line.mfn() {
            let origin = self.origin;
            self.report.warn(problem(
                "ordinary_rate_not_needed",
                self.place(),
                self.line.item.tariff_schedule.as_deref().map(str::to_owned),
                Bilingual::new(
                    format!("goods of {origin} may have the preferential rate, which is lower"),
                    format!("hàng xuất xứ {origin} được hưởng thuế suất ưu đãi, thấp hơn"),
                ),
                Bilingual::new("enter B01 for the preferential rate", "nhập B01 để áp dụng thuế suất ưu đãi"),
                citation.rule.to_string(),
                &citation.law,
            ));
        }
        self.found(self.tariff.ordinary())
    }

    /// The rate outside the quota, for goods that may have the preferential tariff; the ordinary one otherwise.
    fn out_of_quota(&mut self) -> Option<CitedRate> {
        match self.line.mfn()? {
            MfnRelation::Yes(_) => {
                let rate = self.tariff.mfn_out_of_quota();
                self.found_outside(rate)
            }
            MfnRelation::No(_) => self.ordinary_out_of_quota(),
            MfnRelation::Unknown(gap) => {
                // Whatever the relation is, nothing is outside a quota that the line does not have.
                if matches!(self.tariff.mfn_out_of_quota(), Ok(None)) {
                    self.found_outside(Ok(None));
                }
                self.silent(gap.clone())
            }
        }
    }

    fn ordinary_out_of_quota(&mut self) -> Option<CitedRate> {
        let rate = self.tariff.ordinary_out_of_quota();
        self.found_outside(rate)
    }

    fn found_outside(&mut self, rate: Result<Option<Cited<Decimal>>, RulebookGap>) -> Option<CitedRate> {
        match rate {
            Ok(Some(rate)) => Some(rate.into()),
            Ok(None) => {
                let code = self.tariff.code();
                self.report.find(problem(
                    "E1009",
                    self.place(),
                    self.line.item.tariff_schedule.as_deref().map(str::to_owned),
                    Bilingual::new(
                        format!("the line {code} has no tariff quota, so nothing is outside one"),
                        format!("mã {code} không thuộc diện hạn ngạch thuế quan"),
                    ),
                    Bilingual::new(
                        "leave out the quota class X, and enter B01 or an agreement's schedule",
                        "bỏ mã ngoài hạn ngạch X và nhập B01 hoặc biểu thuế của hiệp định",
                    ),
                    format!("assessment/import-tariff/{code}/mfn_out_of_quota"),
                    Provision::ImportDuty,
                ));
                None
            }
            Err(gap) => self.silent(gap),
        }
    }

    /// A quota class beside a schedule that knows no quota.
    fn quota_class_beside(&mut self, code: &str, citation: &Citation) {
        self.report.find(problem(
            "E1010",
            Place::item(goods_item::quota_class, self.line.position),
            Some("X".to_owned()),
            Bilingual::new(
                format!("the schedule {code} knows no tariff quota, so that nothing is outside one"),
                format!("biểu thuế {code} không áp dụng hạn ngạch thuế quan nên không khai mã ngoài hạn ngạch"),
            ),
            Bilingual::new(
                "leave the quota class out, or enter B14 for the rate outside the quota",
                "bỏ mã ngoài hạn ngạch, hoặc nhập B14 để áp dụng thuế suất ngoài hạn ngạch",
            ),
            citation.rule.to_string(),
            &citation.law,
        ));
    }

    /// The rate inside a quota is not given once the quantity is used up.
    fn quota_left(&mut self, agreement: Option<&str>) {
        let Some(citation) = self.line.rules.tariff().quota_exhausted(self.line.declared_code(), agreement) else {
            return;
        };
        let code = self.tariff.code();
        self.report.find(problem(
            "E1011",
            Place::item(goods_item::quota_class, self.line.position),
            None,
            Bilingual::new(
                format!("the tariff quota of {code} is used up on the day of registration"),
                format!("hạn ngạch thuế quan của mã {code} đã hết vào ngày đăng ký"),
            ),
            Bilingual::new(
                "enter the quota class X: the rate outside the quota applies",
                "nhập mã ngoài hạn ngạch X: áp dụng thuế suất ngoài hạn ngạch",
            ),
            citation.rule.to_string(),
            &citation.law,
        ));
    }

    /// A specific or mixed duty, by its declared code.
    fn by_unit(&mut self, schedule: &str, entry: &TariffSchedule<'_>) -> Option<CitedRate> {
        let specific = match specific_duty::of_line(self.line, schedule, entry, self.report) {
            Ok(specific) => specific,
            Err(gap) => return gap.and_then(|gap| self.silent(gap)),
        };
        let citation = specific.citation();
        let (per_unit, counted) = specific_duty::per_unit(self.line, &specific, self.report)?;
        let quantity = Some(counted);
        match specific.kind() {
            SpecificKind::Alone => Some(CitedRate { rate: Rate::Specific(per_unit), quantity, citation }),
            SpecificKind::Percent(percent) => {
                Some(CitedRate { rate: Rate::Mixed(percent, per_unit), quantity, citation })
            }
            SpecificKind::PreferentialRate => {
                let beside = self.by_origin()?;
                match beside.rate {
                    Rate::AdValorem(percent) => Some(CitedRate {
                        rate: Rate::Mixed(percent, per_unit),
                        quantity,
                        citation: both(&citation, "with", &beside.citation),
                    }),
                    _ => Some(beside),
                }
            }
        }
    }

    /// An agreement's rate: for a member, for the line, and with a proof of origin; and the preferential rate where that
    /// one is lower (Decree 134/2016 and Law 107/2016 art. 5).
    fn agreement(&mut self, id: &str, code: &str, over_quota: bool) -> Option<CitedRate> {
        let origin = self.origin;
        if !over_quota {
            self.quota_left(Some(id));
        }
        let Some(AskedPreference { agreement, rate: preferential, .. }) = &self.line.preference else { return None };
        let name = agreement.map_or(id, |agreement| agreement.name_en()).to_owned();
        let name_vi = agreement.map_or(id, |agreement| agreement.name_vi()).to_owned();
        let line = self.tariff.code();
        // Until a certificate comes that is filed later, the agreement's rate is not needed.
        let later = !self.proven
            && self.line.item.certificate_number.is_none()
            && self.line.proof_comes_later()
            && agreement.is_some();
        let rate = match preferential.clone() {
            Preferential::Rate(rate) => Some(rate),
            Preferential::Gap(_) | Preferential::QuotaOnly(_) if later => None,
            Preferential::Gap(gap) => return self.silent(gap),
            Preferential::QuotaOnly(citation) => {
                let gap = RulebookGap {
                    code: "quota_rate_not_in_rulebook".into(),
                    item: None,
                    message: Bilingual::new(
                        format!(
                            "{name} gives {line} a preference inside a quota only; the rulebook has no rate for it"
                        ),
                        format!(
                            "{name_vi} chỉ cho {line} ưu đãi trong hạn ngạch; bộ quy tắc chưa có thuế suất cho trường hợp này"
                        ),
                    ),
                    rule: citation.rule,
                };
                return self.silent(gap);
            }
            Preferential::NotMember(citation) => {
                self.not_possible(
                    code,
                    format!("{origin} is not a member of {name}"),
                    format!("{origin} không phải là thành viên của {name_vi}"),
                    &citation,
                );
                return None;
            }
            Preferential::NotForOrigin(citation) => {
                self.not_possible(
                    code,
                    format!("{name} gives no preference for {line} of {origin}"),
                    format!("{name_vi} không cho mã {line} xuất xứ {origin} hưởng ưu đãi"),
                    &citation,
                );
                return None;
            }
            Preferential::Excluded(citation) => {
                self.not_possible(
                    code,
                    format!("{name} gives no preference for {line}"),
                    format!("{name_vi} không cho mã {line} hưởng ưu đãi"),
                    &citation,
                );
                return None;
            }
        };
        // The quota may be the agreement's alone; then the preferential tariff knows none.
        let over_quota = over_quota && !matches!(self.tariff.mfn_out_of_quota(), Ok(None));
        let Some(rate) = rate.filter(|_| self.proven) else {
            // Without a proof of origin the rate holds that the goods have without the agreement.
            return if over_quota { self.out_of_quota() } else { self.by_origin() };
        };
        if let Some(mfn) = lower_without_agreement(self.line, &self.tariff, over_quota, &rate) {
            let citation = both(&mfn.citation, "lower than", &rate.citation);
            return Some(CitedRate::ad_valorem(mfn.value, citation));
        }
        Some(rate.into())
    }

    fn not_possible(&mut self, code: &str, en: String, vi: String, citation: &Citation) {
        let others: Vec<String> = self
            .line
            .rules
            .agreements()
            .filter(|agreement| matches!(self.tariff.preferential(agreement.id(), self.origin), Preferential::Rate(_)))
            .flat_map(|agreement| self.line.rules.lists().schedules_of(agreement.id()))
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

    fn not_subject(&mut self, relief: Option<&DeclaredRelief>, schedule: Citation) -> Option<CitedRate> {
        if let Some(DeclaredRelief::NotSubject(citation)) = relief {
            return Some(CitedRate::not_subject(citation.clone()));
        }
        self.report.find(problem(
            "not_subject_code_missing",
            Place::item(goods_item::exemption_code, self.line.position),
            self.line.item.exemption_code.as_deref().map(str::to_owned),
            Bilingual::new(
                "the schedule says that the goods are not subject to import duty, and no code says why",
                "biểu thuế khai là không chịu thuế nhập khẩu nhưng chưa có mã lý do không chịu thuế",
            ),
            Bilingual::new("enter a code such as XNK32, or another schedule", "nhập mã như XNK32, hoặc biểu thuế khác"),
            schedule.rule.to_string(),
            Provision::ImportDuty,
        ));
        None
    }

    fn found(&mut self, rate: Result<Cited<Decimal>, RulebookGap>) -> Option<CitedRate> {
        match rate {
            Ok(rate) => Some(rate.into()),
            Err(gap) => self.silent(gap),
        }
    }
}

/// The citation of a rate that two rules give together.
fn both(first: &Citation, word: &str, second: &Citation) -> Citation {
    Citation::new(format!("{} {word} {}", first.rule, second.rule), format!("{}; {}", first.law, second.law))
}
