//! A line's claim to an agreement's rate: what is declared of its proof, and what the rules make of a fault.

use rulebook::{AgreementInForce, CodeList, OriginCheck, OriginParameter, OriginTreatment, Preferential, RulesInForce};
use vocabulary::declaration::goods_item;
use vocabulary::{
    Bilingual, CaseFacts, Citation, ClaimKind, Declaration, DutyType, GoodsItem, OriginCertificate, Place, Preference,
    PreferenceNote, ProofReference, Scope, Standing, WriteOff,
};

use super::fault::{Faults, figure, months_after};
use crate::exact::multiply;
use crate::problem::{problem, warning};
use crate::validation::Report;
use crate::validation::line::{AskedPreference, ResolvedLine};
use crate::validation::lower_rate::{lower_without_agreement, without_agreement};

/// A claim to an agreement's rate, and what came of it.
#[derive(Debug)]
pub(crate) struct Claim<'c> {
    /// The place of the line, from 0.
    pub(super) position: usize,
    pub(super) item: &'c GoodsItem,
    pub(super) agreement: AgreementInForce<'c>,
    /// The proof, where customs holds it.
    pub(super) certificate: Option<&'c OriginCertificate>,
    /// What becomes of the claim.
    pub(crate) preference: Preference,
    /// What the line uses up of the proof.
    pub(crate) write_offs: Vec<WriteOff>,
    /// Whether the agreement's rate is below the one that the goods have without it.
    lowers: bool,
}

impl Claim<'_> {
    /// Whether the agreement's rate is given.
    pub(crate) fn is_given(&self) -> bool {
        self.preference.standing.is_given()
    }

    /// Whether there is a proof that carries the agreement's rate, which may not be the lowest.
    pub(crate) fn is_proven(&self) -> bool {
        self.is_given() || self.preference.standing == Standing::NotNeeded
    }

    /// What an officer has to see of it: a rate that rests on a proof which customs does not hold.
    pub(crate) fn unproved(&self) -> Option<vocabulary::Claim> {
        let (name_en, name_vi) = (self.agreement.name_en(), self.agreement.name_vi());
        let rests_on = match (self.preference.standing, &self.preference.proof) {
            _ if !self.lowers => return None,
            (Standing::GivenOnReference, Some(proof)) => Bilingual::new(
                format!("the proof of origin {} {}, which customs has not received", proof.form, proof.number),
                format!("chứng từ xuất xứ {} số {} mà hải quan chưa nhận được", proof.form, proof.number),
            ),
            (Standing::GivenOnReference | Standing::GivenWithoutProof, _) => Bilingual::new(
                "the declared origin; so small a consignment needs no proof of it",
                "xuất xứ đã khai; lô hàng nhỏ không phải nộp chứng từ xuất xứ",
            ),
            _ => return None,
        };
        Some(vocabulary::Claim {
            kind: ClaimKind::Preference,
            item: None,
            tax: Some(DutyType::ImportDuty),
            code: self.item.tariff_schedule.as_deref().map(str::to_owned),
            message: Bilingual::new(format!("the rate of {name_en}"), format!("thuế suất {name_vi}")),
            rests_on,
            citation: self.preference.citation.clone(),
        })
    }

    fn fails(&mut self, standing: Standing, citation: Citation) {
        // The first reason stands.
        if self.is_given() {
            self.preference.standing = standing;
            self.preference.citation = citation;
        }
    }
}

/// Where faults become findings: the rules say what follows from each.
pub(super) struct Desk<'d, 'l> {
    pub(super) rules: RulesInForce<'d>,
    pub(super) report: &'d mut Report<'l>,
    /// What was said of a proof or of the declaration, and is not said again for the next line.
    pub(super) said: Vec<(OriginCheck, String)>,
}

impl Desk<'_, '_> {
    /// Takes in what was found about a claim.
    pub(super) fn apply(&mut self, claim: &mut Claim<'_>, faults: &Faults) {
        for gap in &faults.gaps {
            self.report.gap(gap.clone(), Some(claim.position));
        }
        for fault in &faults.list {
            let treatment = match self.rules.origin().check(fault.check, claim.agreement.id()) {
                Ok(Some(treatment)) => treatment,
                // The agreement does not ask for it.
                Ok(None) => continue,
                Err(gap) => {
                    self.report.gap(gap, Some(claim.position));
                    continue;
                }
            };
            let place = match fault.field.scope {
                Scope::Declaration => Place::header(fault.field),
                _ => Place::item(fault.field, claim.position),
            };
            let finding = |message: Bilingual, mend: Bilingual| {
                problem(
                    fault.check.as_str(),
                    place,
                    fault.value.clone(),
                    message,
                    mend,
                    treatment.citation.rule.to_string(),
                    &treatment.citation.law,
                )
            };
            match treatment.value {
                OriginTreatment::Refuse => {
                    self.report.find(finding(fault.message.clone(), fault.mend.clone()));
                    claim.fails(Standing::NotGiven, treatment.citation.clone());
                }
                OriginTreatment::FallBack => {
                    let late = fault.check == OriginCheck::FiledLater;
                    let (message, mend) =
                        if late { (fault.message.clone(), fault.mend.clone()) } else { self.without(claim, fault) };
                    // Said of each line, since each has its own rate; at a field of the line, since it is about one.
                    let place = Place::item(
                        if fault.field.scope == Scope::GoodsItem {
                            fault.field
                        } else {
                            goods_item::certificate_number
                        },
                        claim.position,
                    );
                    self.report.warn(finding(message, mend).at(place));
                    let standing = if late { Standing::FiledLater } else { Standing::NotGiven };
                    claim.fails(standing, treatment.citation.clone());
                }
                OriginTreatment::Warn => {
                    let said = (fault.check, fault.message.en.clone());
                    if !self.said.contains(&said) {
                        self.report.find(warning(finding(fault.message.clone(), fault.mend.clone())));
                        self.said.push(said);
                    }
                }
                // Of a preference that is not given there is nothing left to look at.
                OriginTreatment::Note if !claim.is_given() => {}
                OriginTreatment::Note => claim.preference.notes.push(PreferenceNote {
                    code: fault.check.as_str().to_owned(),
                    message: fault.message.clone(),
                    citation: treatment.citation.clone(),
                }),
            }
        }
    }

    /// The words for a preference that is not given: why, and until when another proof may be filed.
    fn without(&self, claim: &Claim<'_>, fault: &super::fault::Fault) -> (Bilingual, Bilingual) {
        let (en, vi) = (claim.agreement.name_en(), claim.agreement.name_vi());
        let message = Bilingual::new(
            format!("{}; duty is assessed without the rate of {en}", fault.message.en),
            format!("{}; tính thuế không áp dụng thuế suất {vi}", fault.message.vi),
        );
        let months = figure(&self.rules, claim.agreement.id(), OriginParameter::LateFilingMonths).ok().flatten();
        let last_day = months.and_then(|months| months_after(self.rules.date(), months.value));
        let mend = match last_day {
            Some(last_day) => Bilingual::new(
                format!("{}; with a good proof of origin amend the declaration by {last_day}", fault.mend.en),
                format!("{}; khi có chứng từ hợp lệ, khai bổ sung trước hết ngày {last_day}", fault.mend.vi),
            ),
            None => fault.mend.clone(),
        };
        (message, mend)
    }

    /// The claim of a line, where it makes one that the tariff allows; what the tariff does not allow is said there.
    pub(super) fn open<'c>(
        &mut self,
        lodged: &'c Declaration,
        line: &ResolvedLine<'c>,
        facts: &CaseFacts<'c>,
    ) -> Option<Claim<'c>> {
        let (position, item, rules) = (line.position, line.item, &line.rules);
        let AskedPreference { id, agreement, rate } = line.preference.as_ref()?;
        let (agreement, tariff, origin) = ((*agreement)?, line.tariff?, line.origin?);
        let over_quota = line.is_over_quota();
        if matches!(rate, Preferential::NotMember(_) | Preferential::NotForOrigin(_) | Preferential::Excluded(_)) {
            return None;
        }
        let form = item.certificate_form.as_deref();
        let named = form.zip(item.certificate_number.as_deref());
        let certificate = named.and_then(|(form, number)| facts.certificate(form, number, Some(origin)));
        // The rule that a proof is needed is the rule that a proof fulfils.
        let needed = rules.origin().check(OriginCheck::Missing, id).ok().flatten();
        let mut claim = Claim {
            position,
            item,
            agreement,
            certificate,
            preference: Preference {
                agreement: agreement.id().to_owned(),
                standing: if certificate.is_some() { Standing::Given } else { Standing::GivenOnReference },
                proof: item.certificate_number.as_deref().map(|number| ProofReference {
                    form: form.unwrap_or_default().to_owned(),
                    number: number.to_owned(),
                    items: Vec::new(),
                }),
                citation: needed.map_or_else(|| agreement.citation(), |needed| needed.citation),
                notes: Vec::new(),
            },
            write_offs: Vec::new(),
            lowers: match (rate, without_agreement(line, &tariff, over_quota)) {
                (Preferential::Rate(rate), Some(without)) => rate.value < without.value,
                _ => true,
            },
        };
        let mut faults = Faults::default();
        if item.certificate_number.is_none() {
            match small_consignment(lodged, rules, id) {
                Some(citation) => {
                    claim.preference.standing = Standing::GivenWithoutProof;
                    claim.preference.citation = citation;
                }
                None if line.proof_comes_later() => filed_later(&claim, rules, &mut faults),
                None => missing(&claim, rules, &mut faults),
            }
        } else {
            declared(&claim, rules, &mut faults);
        }
        self.apply(&mut claim, &faults);
        // The lower of the two rates is the law's, and needs no proof then.
        if let Preferential::Rate(rate) = rate
            && let Some(lower) = lower_without_agreement(line, &tariff, over_quota, rate)
        {
            claim.fails(Standing::NotNeeded, lower.citation);
        }
        Some(claim)
    }
}

/// What is declared of the proof.
fn declared(claim: &Claim<'_>, rules: &RulesInForce<'_>, faults: &mut Faults) {
    let item = claim.item;
    match item.certificate_date {
        None => faults.add(
            OriginCheck::DateMissing,
            goods_item::certificate_date,
            None,
            [
                "the certificate's date of issue is missing".to_owned(),
                "thiếu ngày cấp giấy chứng nhận xuất xứ".to_owned(),
            ],
            ["enter the date on the certificate", "nhập ngày cấp ghi trên giấy chứng nhận"],
        ),
        Some(date) if date > rules.date() => faults.add(
            OriginCheck::DateInFuture,
            goods_item::certificate_date,
            Some(date.to_string()),
            [
                "the certificate's date of issue is after the day of registration".to_owned(),
                "ngày cấp giấy chứng nhận xuất xứ sau ngày đăng ký".to_owned(),
            ],
            ["check the date on the certificate", "kiểm tra lại ngày cấp trên giấy chứng nhận"],
        ),
        Some(date) => {
            if let Some(certificate) = claim.certificate.filter(|certificate| certificate.issued_on != date) {
                let issued_on = certificate.issued_on;
                faults.add(
                    OriginCheck::DateDiffers,
                    goods_item::certificate_date,
                    Some(date.to_string()),
                    [
                        format!("the certificate was issued on {issued_on}"),
                        format!("giấy chứng nhận được cấp ngày {issued_on}"),
                    ],
                    ["enter the date on the certificate", "nhập ngày cấp ghi trên giấy chứng nhận"],
                );
            }
        }
    }
    let form = item.certificate_form.as_deref();
    let agreement = claim.agreement.id();
    let form_gap = form.and_then(|form| rules.code_not_entered(CodeList::OriginCertificates, form));
    if let Some(gap) = form_gap {
        return faults.gaps.push(gap);
    }
    let fits = form.is_some_and(|form| rules.lists().certificates_of(agreement).any(|known| known.code() == form));
    if !fits && rules.lists().certificates_of(agreement).next().is_some() {
        let forms = forms(agreement, rules);
        let (en, vi) = (claim.agreement.name_en(), claim.agreement.name_vi());
        faults.add(
            OriginCheck::FormNotOfAgreement,
            goods_item::certificate_form,
            form.map(str::to_owned),
            [
                format!("the proof of origin of {en} is of form {forms}"),
                format!("chứng từ chứng nhận xuất xứ của {vi} là mẫu {forms}"),
            ],
            [
                "enter that form, or the schedule of the agreement that the certificate belongs to",
                "nhập đúng mẫu, hoặc nhập biểu thuế của hiệp định ứng với giấy chứng nhận",
            ],
        );
    }
}

fn forms(agreement: &str, rules: &RulesInForce<'_>) -> String {
    let forms: Vec<&str> = rules.lists().certificates_of(agreement).map(|form| form.code()).collect();
    forms.join(", ")
}

fn missing(claim: &Claim<'_>, rules: &RulesInForce<'_>, faults: &mut Faults) {
    let forms = forms(claim.agreement.id(), rules);
    let (en, vi) = (claim.agreement.name_en(), claim.agreement.name_vi());
    faults.add(
        OriginCheck::Missing,
        goods_item::certificate_number,
        None,
        [
            format!("the rate of {en} is claimed without a proof of origin"),
            format!("xin hưởng thuế suất {vi} nhưng chưa khai chứng từ chứng nhận xuất xứ"),
        ],
        [
            &format!("enter form ({forms}), number and date of the certificate; or say that it will be filed later; or enter B01"),
            &format!("nhập mẫu ({forms}), số và ngày của giấy chứng nhận; hoặc khai nộp sau; hoặc nhập B01"),
        ],
    );
}

/// The proof is filed later: until which day. Where it is to keep a trade remedy away, the sooner day is said there.
fn filed_later(claim: &Claim<'_>, rules: &RulesInForce<'_>, faults: &mut Faults) {
    let until = match figure(rules, claim.agreement.id(), OriginParameter::LateFilingMonths) {
        Ok(months) => months.and_then(|months| months_after(rules.date(), months.value)),
        Err(gap) => {
            faults.gaps.push(gap);
            None
        }
    };
    let (en, vi) = match until {
        Some(until) => (
            format!("file the certificate by {until}, and amend"),
            format!("nộp giấy chứng nhận trước hết ngày {until} và khai bổ sung"),
        ),
        None => ("file the certificate, and amend".to_owned(), "nộp giấy chứng nhận và khai bổ sung".to_owned()),
    };
    let (name_en, name_vi) = (claim.agreement.name_en(), claim.agreement.name_vi());
    faults.add(
        OriginCheck::FiledLater,
        goods_item::certificate_late,
        until.map(|until| until.to_string()),
        [
            format!("the rate of {name_en} holds once the certificate is filed; until then duty is assessed without it"),
            format!("thuế suất {name_vi} chỉ áp dụng khi nộp giấy chứng nhận xuất xứ; trước đó tính thuế không ưu đãi đặc biệt"),
        ],
        [&en, &vi],
    );
}

/// The rule by which a small consignment needs no proof, where this is one. The invoice is not below the FOB value but on
/// the exporter's premises, so that it is a safe measure of it.
fn small_consignment(lodged: &Declaration, rules: &RulesInForce<'_>, agreement: &str) -> Option<Citation> {
    let most = figure(rules, agreement, OriginParameter::SmallConsignmentUsd).ok().flatten()?;
    let terms = lodged.terms_of_delivery.as_deref().filter(|terms| *terms != "EXW")?;
    let (amount, currency) = (lodged.invoice_amount?, lodged.invoice_currency.as_deref()?);
    rules.lists().incoterm(terms)?;
    let value = multiply(amount, rules.exchange_rate(currency).ok()?.value).ok()?;
    let limit = multiply(most.value, rules.exchange_rate("USD").ok()?.value).ok()?;
    (value <= limit).then_some(most.citation)
}
