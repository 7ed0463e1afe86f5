package thongquan.peer;

import java.util.List;

/** What the declarant is told, as XML. */
final class Notice {
    private Notice() {}

    static String registered(String declarant, String reference, String version, String lane, Assessment assessment) {
        StringBuilder xml = begin("registered", declarant);
        element(xml, "FunctionalReferenceID", reference);
        element(xml, "VersionID", version);
        element(xml, "Lane", lane);
        element(xml, "CustomsValueAmount", assessment.value().toPlainString());
        element(xml, "DutyAmount", assessment.duty().toPlainString());
        element(xml, "VatAmount", assessment.vat().toPlainString());
        return end(xml);
    }

    static String rejected(String declarant, List<String> findings) {
        StringBuilder xml = begin("rejected", declarant);
        findings.forEach(finding -> element(xml, "Finding", finding));
        return end(xml);
    }

    private static StringBuilder begin(String kind, String declarant) {
        StringBuilder xml = new StringBuilder(512).append("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Notice>");
        element(xml, "TypeCode", kind);
        element(xml, "DeclarantID", declarant);
        return xml;
    }

    private static String end(StringBuilder xml) {
        return xml.append("</Notice>\n").toString();
    }

    private static void element(StringBuilder xml, String name, String text) {
        String escaped = text.replace("&", "&amp;").replace("<", "&lt;");
        xml.append('<').append(name).append('>').append(escaped).append("</").append(name).append('>');
    }
}
