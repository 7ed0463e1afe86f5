package thongquan.peer;

import jakarta.xml.bind.JAXBContext;
import jakarta.xml.bind.JAXBException;
import jakarta.xml.bind.Unmarshaller;
import java.io.ByteArrayInputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import javax.xml.XMLConstants;
import javax.xml.validation.Schema;
import javax.xml.validation.SchemaFactory;
import org.xml.sax.SAXException;
import thongquan.peer.declaration.Declaration;

/** Reads documents by JAXB, validating them against the schema on the way. */
final class DocumentReader {
    /** A document that was read, with what the schema says against it. */
    record Reading(Declaration declaration, List<String> findings) {}

    private final JAXBContext context;
    private final Schema schema;
    /** Making one is dear, and none may be shared by threads. */
    private final ThreadLocal<Unmarshaller> unmarshallers = ThreadLocal.withInitial(this::unmarshaller);

    DocumentReader(Path schema) throws JAXBException, SAXException {
        this.context = JAXBContext.newInstance(Declaration.class);
        this.schema = SchemaFactory.newInstance(XMLConstants.W3C_XML_SCHEMA_NS_URI).newSchema(schema.toFile());
    }

    /** Reads a document; the declaration is null where it is none at all. */
    Reading read(byte[] document) {
        List<String> findings = new ArrayList<>();
        try {
            Unmarshaller unmarshaller = unmarshallers.get();
            unmarshaller.setEventHandler(event -> findings.add(event.getMessage()));
            Declaration declaration = (Declaration) unmarshaller.unmarshal(new ByteArrayInputStream(document));
            return new Reading(declaration, findings);
        } catch (JAXBException | ClassCastException unreadable) {
            findings.add(String.valueOf(unreadable.getMessage()));
            return new Reading(null, findings);
        }
    }

    private Unmarshaller unmarshaller() {
        try {
            Unmarshaller unmarshaller = context.createUnmarshaller();
            unmarshaller.setSchema(schema);
            return unmarshaller;
        } catch (JAXBException failure) {
            throw new IllegalStateException(failure);
        }
    }
}
