package thongquan.peer;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import thongquan.peer.declaration.Declaration;
import thongquan.peer.declaration.Declaration.GoodsShipment.GovernmentAgencyGoodsItem;

/** Customs value, duty and VAT of a declaration, line by line, in whole dong. */
record Assessment(List<Line> lines, BigDecimal value, BigDecimal duty, BigDecimal vat, boolean complete) {
    private static final BigDecimal HUNDRED = BigDecimal.valueOf(100);

    record Line(String number, String code, BigDecimal value, BigDecimal duty, BigDecimal vat) {}

    static Assessment of(Declaration declaration, Tariff tariff, LocalDate day) {
        boolean isImport = declaration.getTypeCode().equals("IM");
        var shipment = declaration.getGoodsShipment();
        String currency = shipment.getInvoice() == null ? "VND" : shipment.getInvoice().getAmount().getCurrencyID();
        BigDecimal exchange = tariff.dong(currency, day);
        List<Line> lines = new ArrayList<>();
        BigDecimal value = BigDecimal.ZERO;
        BigDecimal duty = BigDecimal.ZERO;
        BigDecimal vat = BigDecimal.ZERO;
        boolean complete = true;
        for (GovernmentAgencyGoodsItem item : shipment.getGovernmentAgencyGoodsItem()) {
            String code = item.getCommodity().getClassification().getID();
            BigDecimal dutyRate = tariff.duty(isImport, code, day);
            BigDecimal vatRate = isImport ? tariff.vat(code, day) : BigDecimal.ZERO;
            complete &= exchange != null && dutyRate != null && vatRate != null && item.getInvoiceLine() != null;
            BigDecimal price = item.getInvoiceLine() == null
                    ? BigDecimal.ZERO
                    : new BigDecimal(item.getInvoiceLine().getAmount().trim());
            BigDecimal lineValue = whole(price.multiply(exchange == null ? BigDecimal.ZERO : exchange));
            BigDecimal lineDuty = part(lineValue, dutyRate);
            BigDecimal lineVat = part(lineValue.add(lineDuty), vatRate);
            lines.add(new Line(item.getSequenceNumeric(), code, lineValue, lineDuty, lineVat));
            value = value.add(lineValue);
            duty = duty.add(lineDuty);
            vat = vat.add(lineVat);
        }
        return new Assessment(lines, value, duty, vat, complete);
    }

    private static BigDecimal part(BigDecimal of, BigDecimal percent) {
        return percent == null ? BigDecimal.ZERO : whole(of.multiply(percent).divide(HUNDRED));
    }

    private static BigDecimal whole(BigDecimal amount) {
        return amount.setScale(0, RoundingMode.HALF_UP);
    }

    /** As it is kept. Codes and numbers need no escaping: the schema lets no sign through that would. */
    String json() {
        StringBuilder json = new StringBuilder(64 + 96 * lines.size()).append("{\"lines\":[");
        for (Line line : lines) {
            json.append(json.charAt(json.length() - 1) == '[' ? "" : ",");
            json.append("{\"line\":").append(line.number);
            json.append(",\"code\":\"").append(line.code);
            json.append("\",\"value\":").append(line.value);
            json.append(",\"duty\":").append(line.duty);
            json.append(",\"vat\":").append(line.vat).append('}');
        }
        return json.append("],\"complete\":").append(complete).append('}').toString();
    }
}
