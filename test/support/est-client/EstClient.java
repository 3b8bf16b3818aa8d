import java.io.StringReader;
import java.io.StringWriter;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.Security;
import java.security.cert.TrustAnchor;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.util.Collection;
import java.util.HashSet;
import java.util.Set;
import javax.net.ssl.KeyManagerFactory;
import javax.security.auth.x500.X500Principal;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.est.ESTAuth;
import org.bouncycastle.est.ESTService;
import org.bouncycastle.est.EnrollmentResponse;
import org.bouncycastle.est.HttpAuth;
import org.bouncycastle.est.jcajce.JcaJceUtils;
import org.bouncycastle.est.jcajce.JsseDefaultHostnameAuthorizer;
import org.bouncycastle.est.jcajce.JsseESTServiceBuilder;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.bouncycastle.openssl.PEMParser;
import org.bouncycastle.openssl.jcajce.JcaPEMKeyConverter;
import org.bouncycastle.openssl.jcajce.JcaPEMWriter;
import org.bouncycastle.openssl.jcajce.JcaPKCS8Generator;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.pkcs.PKCS10CertificationRequest;
import org.bouncycastle.pkcs.jcajce.JcaPKCS10CertificationRequestBuilder;
import org.bouncycastle.util.Store;

/**
 * A device with the EST client of Bouncy Castle, which knows of this platform no more than RFC 7030.
 *
 * <p>Arguments: the address, the PEM of the root, and then one of
 *
 * <ul>
 *   <li>{@code cacerts}: prints the subjects of the authorities, and how many attributes requests should have
 *   <li>{@code enrol PASSWORD NAME}: enrols with HTTP Basic, leaves NAME.key and NAME.crt
 *   <li>{@code reenrol OLD NAME}: renews with OLD.key and OLD.crt, leaves NAME.key and NAME.crt
 * </ul>
 */
public final class EstClient {
  public static void main(String[] arguments) throws Exception {
    Security.addProvider(new BouncyCastleProvider());
    URI address = URI.create(arguments[0]);
    X509Certificate root = certificates(Path.of(arguments[1]))[0];
    JsseESTServiceBuilder builder =
        new JsseESTServiceBuilder(
            address.getHost(),
            address.getPort(),
            JcaJceUtils.getCertPathTrustManager(Set.of(new TrustAnchor(root, null)), null));
    builder.withHostNameAuthorizer(new JsseDefaultHostnameAuthorizer(new HashSet<>()));
    switch (arguments[2]) {
      case "cacerts" -> {
        ESTService service = builder.build();
        for (X509CertificateHolder one : all(service.getCACerts().getCertificateStore())) {
          System.out.println(one.getSubject());
        }
        System.out.println(service.getCSRAttributes().getAttributesResponse().getRequirements().size() + " attributes");
      }
      case "enrol" -> {
        ESTAuth auth = new HttpAuth("device", arguments[3].toCharArray());
        KeyPair pair = makePair();
        keep(arguments[4], pair, builder.build().simpleEnroll(false, request(pair), auth));
      }
      case "reenrol" -> {
        builder.withKeyManagers(keyManagers(arguments[3]));
        KeyPair pair = makePair();
        keep(arguments[4], pair, builder.build().simpleEnroll(true, request(pair), null));
      }
      default -> throw new IllegalArgumentException(arguments[2]);
    }
  }

  private static KeyPair makePair() throws Exception {
    KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
    generator.initialize(new ECGenParameterSpec("secp256r1"));
    return generator.generateKeyPair();
  }

  private static PKCS10CertificationRequest request(KeyPair pair) throws Exception {
    return new JcaPKCS10CertificationRequestBuilder(new X500Principal("CN=whatever"), pair.getPublic())
        .build(new JcaContentSignerBuilder("SHA256withECDSA").build(pair.getPrivate()));
  }

  private static void keep(String name, KeyPair pair, EnrollmentResponse response) throws Exception {
    Collection<X509CertificateHolder> given = all(response.getStore());
    if (given.size() != 1) throw new IllegalStateException(given.size() + " certificates were given");
    X509Certificate certificate = new JcaX509CertificateConverter().getCertificate(given.iterator().next());
    if (!certificate.getPublicKey().equals(pair.getPublic())) throw new IllegalStateException("it is for another key");
    write(Path.of(name + ".crt"), certificate);
    write(Path.of(name + ".key"), new JcaPKCS8Generator(pair.getPrivate(), null));
    System.out.println(certificate.getSubjectX500Principal());
  }

  private static javax.net.ssl.KeyManager[] keyManagers(String name) throws Exception {
    PrivateKey key;
    try (PEMParser parser = new PEMParser(new StringReader(Files.readString(Path.of(name + ".key"))))) {
      key = new JcaPEMKeyConverter().getPrivateKey((PrivateKeyInfo) parser.readObject());
    }
    KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
    store.load(null, null);
    store.setKeyEntry("own", key, new char[0], certificates(Path.of(name + ".crt")));
    KeyManagerFactory factory = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    factory.init(store, new char[0]);
    return factory.getKeyManagers();
  }

  private static X509Certificate[] certificates(Path file) throws Exception {
    try (PEMParser parser = new PEMParser(new StringReader(Files.readString(file)))) {
      X509CertificateHolder holder = (X509CertificateHolder) parser.readObject();
      return new X509Certificate[] {new JcaX509CertificateConverter().getCertificate(holder)};
    }
  }

  private static Collection<X509CertificateHolder> all(Store<X509CertificateHolder> store) {
    return store.getMatches(null);
  }

  private static void write(Path file, Object value) throws Exception {
    StringWriter text = new StringWriter();
    try (JcaPEMWriter writer = new JcaPEMWriter(text)) {
      writer.writeObject(value);
    }
    Files.writeString(file, text.toString());
  }
}
