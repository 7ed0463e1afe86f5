//! What a declarant claims of a trade remedy, and on which paper it rests.

use rulebook::{RemedyRate, TradeRemedy};
use vocabulary::{Bilingual, Citation, Claim, ClaimKind};

use super::{ProofStanding, RemedyDesk, is_not_below, words};
use crate::validation::origin::letters;

impl<'r> RemedyDesk<'_, 'r, '_> {
    fn add(&mut self, code: Option<&str>, message: Bilingual, rests_on: Bilingual, citation: Citation) {
        let claim = Claim {
            kind: ClaimKind::Remedy,
            item: None,
            tax: Some(self.duty_type),
            code: code.map(str::to_owned),
            message,
            rests_on,
            citation,
        };
        self.report.claim(Some(self.position), claim);
    }

    /// The measures that would be on the goods without what is claimed: none where a proof keeps them away, or the goods
    /// stay outside the customs territory.
    fn kept_away(&self) -> Vec<TradeRemedy<'r>> {
        if self.outside().is_some() || (self.on_origin.is_empty() && self.is_proved()) {
            return Vec::new();
        }
        if self.is_proved() { self.on_origin.clone() } else { self.measures.clone() }
    }

    /// The goods are said not to be those that the measures describe.
    pub(super) fn claim_other_goods(&mut self) {
        let measures = self.kept_away();
        let Some(measure) = measures.first() else { return };
        let (en, vi) = self.duty_type.names();
        let (ids, goods) = (words::ids(&measures), words::descriptions(&measures));
        let code = self.relief_codes().0;
        let message = Bilingual::new(
            format!("the goods are not subject to {en} ({ids})"),
            format!("hàng không thuộc đối tượng chịu {vi} ({ids})"),
        );
        let rests_on = Bilingual::new(
            format!("the goods themselves, which must not be {}", goods.en),
            format!("bản thân hàng hóa, không được là {}", goods.vi),
        );
        self.add(Some(code), message, rests_on, measure.citation());
    }

    /// The goods are said to be exempt.
    pub(super) fn claim_exemption(&mut self, citation: &Citation) {
        let measures = self.kept_away();
        if measures.is_empty() {
            return;
        }
        let (en, vi) = self.duty_type.names();
        let ids = words::ids(&measures);
        let code = self.relief_codes().1;
        let message =
            Bilingual::new(format!("the goods are exempt from {en} ({ids})"), format!("hàng được miễn {vi} ({ids})"));
        let rests_on = Bilingual::new(
            "a decision of exemption of the Ministry of Industry and Trade for the importer, the goods and the quantity",
            "quyết định miễn trừ của Bộ Công Thương cho người nhập khẩu, hàng hóa và số lượng này",
        );
        self.add(Some(code), message, rests_on, citation.clone());
    }

    /// The goods are said to be of an origin that no measure is on, by a paper that customs does not hold.
    pub(super) fn claim_other_origin(&mut self) {
        let Some(measure) = self.measures.first() else { return };
        let (en, vi) = self.duty_type.names();
        let (ids, origin) = (words::ids(&self.measures), self.origin);
        let message = Bilingual::new(
            format!("the goods are of {origin} and bear no {en} ({ids})"),
            format!("hàng xuất xứ {origin}, không chịu {vi} ({ids})"),
        );
        let citation = measure.citation();
        let rests_on = self.proof_of_origin();
        self.add(None, message, rests_on, citation);
    }

    /// A rate is declared although a higher one may be due: of the other makers, without a proof of the origin, or of
    /// another measure that is on goods of the code.
    pub(super) fn claim_lower_rate(&mut self, measure: &TradeRemedy<'r>, row: &RemedyRate<'r>) {
        if self.outside().is_some() {
            return;
        }
        let (mut maker, mut origin, mut goods) = (false, false, Vec::new());
        let mut highest = *row;
        for other in &self.measures {
            let on_origin = other.covers_origin(self.origin);
            if !self.is_proved() && !other.knows_rates(self.duty_type, None) {
                origin = true;
            }
            for rate in other.rates(self.duty_type).filter(|rate| !is_not_below(row, rate)) {
                let same = other.id() == measure.id();
                if same && (row.origin.is_none() || rate.origin.is_none() || rate.origin == row.origin) {
                    maker = true;
                } else if !same && on_origin && rate.is_for(self.origin) {
                    if goods.iter().all(|known: &TradeRemedy<'_>| known.id() != other.id()) {
                        goods.push(*other);
                    }
                } else if self.is_proved() {
                    continue;
                } else {
                    origin = true;
                }
                if !is_not_below(&highest, &rate) {
                    highest = rate;
                }
            }
        }
        if !maker && !origin && goods.is_empty() {
            return;
        }
        let mut rests_on: Vec<Bilingual> = Vec::new();
        if maker {
            rests_on.push(self.maker_of(row));
        }
        if origin {
            rests_on.push(self.proof_of_origin());
        }
        if !goods.is_empty() {
            let goods = words::descriptions(&goods);
            rests_on.push(Bilingual::new(
                format!("the goods themselves, which must not be {}", goods.en),
                format!("bản thân hàng hóa, không được là {}", goods.vi),
            ));
        }
        let (rate, highest) = (words::rate(row), words::rate(&highest));
        let (en, vi) = self.duty_type.names();
        let message = Bilingual::new(
            format!("{en} of {} at {}, where {} may be due", measure.id(), rate.en, highest.en),
            format!("{vi} theo {} ở mức {}, trong khi có thể phải chịu {}", measure.id(), rate.vi, highest.vi),
        );
        let join = |vi: bool| {
            let each = rests_on.iter().map(|paper| if vi { &*paper.vi } else { &*paper.en });
            each.collect::<Vec<_>>().join("; ")
        };
        self.add(Some(row.code.code()), message, Bilingual::new(join(false), join(true)), measure.citation());
    }

    /// The papers that a maker's own rate rests on. Whether the seller is of the same row is said as far as the names
    /// are the same; who stands behind another name is for the officer.
    fn maker_of(&self, row: &RemedyRate<'r>) -> Bilingual {
        let makers = words::parties(row.makers, "more");
        let parties = || row.makers.iter().chain(row.exporters);
        let consignor = self.paper.consignor.map(letters);
        let seller = if parties().any(|party| Some(letters(party)) == consignor) {
            ["the declared consignor is one of them", "người gửi hàng đã khai là một trong số đó"]
        } else {
            ["the declared consignor has none of these names", "tên người gửi hàng đã khai không có trong số đó"]
        };
        let (with_en, with_vi) = if row.exporters.is_empty() {
            (String::new(), String::new())
        } else {
            (
                format!(" or {}", words::parties(row.exporters, "more")),
                format!(" hoặc {}", words::parties(row.exporters, "công ty khác")),
            )
        };
        Bilingual::new(
            format!("the mill certificate of {makers}, and a contract and an invoice of these{with_en}: {}", seller[0]),
            format!(
                "giấy chứng nhận chất lượng của {}, và hợp đồng, hóa đơn của các công ty này{with_vi}: {}",
                words::parties(row.makers, "công ty khác"),
                seller[1]
            ),
        )
    }

    /// The proof of origin that is missing, and what is declared of one.
    fn proof_of_origin(&self) -> Bilingual {
        let origin = self.origin;
        if self.paper.proof != ProofStanding::Named {
            return Bilingual::new(
                format!("a proof of the origin {origin} that customs holds"),
                format!("chứng từ chứng nhận xuất xứ {origin} mà hải quan đã nhận được"),
            );
        }
        let form = self.item.certificate_form.as_deref().unwrap_or("-");
        let number = self.item.certificate_number.as_deref().unwrap_or_default();
        Bilingual::new(
            format!(
                "the proof of the origin {origin}, form {form}, number {number}, of which customs holds none that covers the goods"
            ),
            format!(
                "chứng từ xuất xứ {origin}, mẫu {form}, số {number}; hải quan chưa nhận được chứng từ này cho lượng hàng đã khai"
            ),
        )
    }
}
