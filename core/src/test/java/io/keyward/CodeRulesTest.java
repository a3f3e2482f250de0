package io.keyward;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.methods;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaMethodCall;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import java.io.Serializable;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import javax.crypto.Mac;

/** Rules that no timing test can see broken: they carry G5 and G6. */
@AnalyzeClasses(packages = "io.keyward", importOptions = ImportOption.DoNotIncludeTests.class)
class CodeRulesTest {
    /** Those that hold bytes or text of a secret. */
    private static final Set<String> SECRET = Set.of(
            "io.keyward.ApiKey",
            "io.keyward.KeyHash",
            "io.keyward.KeyHasher",
            "io.keyward.Sha256Hasher",
            "io.keyward.HmacSha256Hasher",
            "io.keyward.PresentedText",
            "io.keyward.HashIndex",
            "io.keyward.HashIndex$Editor",
            "io.keyward.RingVerifier");

    private static final Set<String> COMPARING = Set.of("equals", "mismatch", "compare", "compareTo", "deepEquals");

    @ArchTest
    static final ArchRule g5NoArraysAreComparedButInConstantTime = noClasses()
            .should()
            .callMethodWhere(call("compares arrays with java.util.Arrays", Arrays.class, COMPARING))
            .because("it stops at the first difference");

    @ArchTest
    static final ArchRule g5NoSecretIsComparedByObjectsEquals = noClasses()
            .that(describe("hold secrets", CodeRulesTest::holdsSecret))
            .should()
            .callMethodWhere(call("compares with Objects.equals", Objects.class, COMPARING));

    /** {@link KeyHash} compares its scheme, which is no secret, and it alone, once. */
    @ArchTest
    static final ArchRule g5NoTextOfASecretIsComparedByString = noClasses()
            .that(describe("hold secrets", CodeRulesTest::holdsSecret))
            .should()
            .callMethodWhere(DescribedPredicate.describe(
                    "compares strings outside KeyHash.equals",
                    call -> call.getTargetOwner().isEquivalentTo(String.class)
                            && Set.of("equals", "equalsIgnoreCase", "compareTo", "contentEquals", "regionMatches")
                                    .contains(call.getName())
                            && !(call.getOriginOwner().isEquivalentTo(KeyHash.class)
                                    && call.getOrigin().getName().equals("equals"))));

    @ArchTest
    static final ArchRule g14NoEngineIsAField = fields().should()
            .notHaveRawType(MessageDigest.class)
            .andShould()
            .notHaveRawType(Mac.class)
            .because("two threads would hash into one another");

    @ArchTest
    static final ArchRule g6NoWeakRandomness = noClasses()
            .should()
            .dependOnClassesThat(describe(
                    "are weak sources",
                    type -> type.isEquivalentTo(Random.class) || type.isEquivalentTo(ThreadLocalRandom.class)))
            .orShould()
            .callMethod(Math.class, "random")
            .orShould()
            .callMethod(UUID.class, "randomUUID");

    @ArchTest
    static final ArchRule le03NothingCanBeSerialized = noClasses()
            .that()
            .areNotAssignableTo(Throwable.class)
            .and()
            .areNotEnums()
            .should()
            .beAssignableTo(Serializable.class);

    @ArchTest
    static final ArchRule le05NothingIsLoggedFromClassesWithSecrets = noClasses()
            .that(describe("hold secrets", CodeRulesTest::holdsSecret))
            .should()
            .dependOnClassesThat(resideInAPackage("org.slf4j.."));

    @ArchTest
    static final ArchRule noStaticStateChanges =
            fields().that().areStatic().should().beFinal().because("two applications in one JVM must not meet");

    @ArchTest
    static final ArchRule noArrayLeavesAnObject = methods()
            .that()
            .arePublic()
            .and()
            .areDeclaredInClassesThat()
            .areNotEnums()
            .and()
            .areDeclaredInClassesThat()
            .haveModifier(JavaModifier.PUBLIC)
            .should()
            .notHaveRawReturnType(describe("an array", JavaClass::isArray));

    @ArchTest
    static final ArchRule noCaseIsFoldedByTheDefaultLocale = noClasses()
            .should()
            .callMethod(String.class, "toLowerCase")
            .orShould()
            .callMethod(String.class, "toUpperCase")
            .orShould()
            .callMethod(String.class, "equalsIgnoreCase", String.class);

    @ArchTest
    static final ArchRule knowsNeitherServletsNorDatabases = noClasses()
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("jakarta.servlet..", "java.sql..", "javax.sql..");

    @ArchTest
    static final ArchRule packagesHaveNoCycles =
            slices().matching("io.keyward.(*)..").should().beFreeOfCycles();

    @ArchTest
    static final ArchRule rolesStandAlone = noClasses()
            .that()
            .resideInAPackage("io.keyward.role..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("io.keyward", "io.keyward.store..");

    private static boolean holdsSecret(JavaClass type) {
        return SECRET.contains(type.getName());
    }

    private static DescribedPredicate<JavaMethodCall> call(String description, Class<?> owner, Set<String> names) {
        return describe(
                description, call -> call.getTargetOwner().isEquivalentTo(owner) && names.contains(call.getName()));
    }
}
