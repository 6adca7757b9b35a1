package dev.heed.cli;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.library.GeneralCodingRules;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/// The rules of the house, over every class of every module.
class ArchitectureTest {
  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(new ImportOption.DoNotIncludeTests())
          .withImportOption(location -> !location.contains("/dev/heed/testing/"))
          .importPackages("dev.heed");

  @Test
  void rules_seeEveryModule() {
    assertThat(CLASSES.stream().map(JavaClass::getPackageName).collect(Collectors.toSet()))
        .contains(
            "dev.heed.tensor",
            "dev.heed.kernel",
            "dev.heed.grad",
            "dev.heed.attention",
            "dev.heed.checkpoint",
            "dev.heed.text",
            "dev.heed.lens",
            "dev.heed.cli");
    assertThat(CLASSES).as("classes seen").hasSizeGreaterThan(100);
  }

  @Test
  void modules_formOneChain() {
    layeredArchitecture()
        .consideringOnlyDependenciesInLayers()
        .layer("tensor")
        .definedBy("dev.heed.tensor..", "dev.heed.kernel..", "dev.heed.grad..")
        .layer("attention")
        .definedBy("dev.heed.attention..")
        .layer("model")
        .definedBy(
            "dev.heed.layer..",
            "dev.heed.model..",
            "dev.heed.checkpoint..",
            "dev.heed.text..",
            "dev.heed.generate..",
            "dev.heed.train..",
            "dev.heed.data..",
            "dev.heed.evaluate..",
            "dev.heed.report..")
        .layer("lens")
        .definedBy("dev.heed.lens..")
        .layer("cli")
        .definedBy("dev.heed.cli..")
        .layer("serve")
        .definedBy("dev.heed.serve..")
        .whereLayer("cli")
        .mayNotBeAccessedByAnyLayer()
        .whereLayer("serve")
        .mayOnlyBeAccessedByLayers("cli")
        .whereLayer("lens")
        .mayOnlyBeAccessedByLayers("serve", "cli")
        .whereLayer("model")
        .mayOnlyBeAccessedByLayers("lens", "serve", "cli")
        .whereLayer("attention")
        .mayOnlyBeAccessedByLayers("model", "lens", "serve", "cli")
        .because("every arrow between modules points down the chain of DESIGN.md")
        .check(CLASSES);
  }

  @Test
  void packages_haveNoCycles() {
    slices()
        .matching("dev.heed.(*)..")
        .should()
        .beFreeOfCycles()
        .because("a cycle makes two packages one that nobody can read alone")
        .check(CLASSES);
  }

  @Test
  void vectorTypes_stayInVectorKernels() {
    noClasses()
        .that(not(vectorKernels()))
        .should()
        .dependOnClassesThat(resideInAPackage("jdk.incubator.vector.."))
        .because("everything else must load without the incubator module")
        .check(CLASSES);
  }

  @Test
  void libraries_neverPrint() {
    noClasses()
        .that(not(resideInAPackage("dev.heed.cli..")))
        .should(GeneralCodingRules.ACCESS_STANDARD_STREAMS)
        .because("a library is quiet; it logs through System.Logger")
        .check(CLASSES);
  }

  @Test
  void logging_goesThroughSystemLogger() {
    noClasses()
        .should()
        .dependOnClassesThat(
            resideInAnyPackage("java.util.logging..", "org.slf4j..", "org.apache.."))
        .because("the application chooses the logger")
        .check(CLASSES);
  }

  @Test
  void exceptions_areTyped() {
    noClasses()
        .should()
        .callConstructorWhere(bareException())
        .because("whoever catches must be able to tell what happened")
        .check(CLASSES);
  }

  private static DescribedPredicate<JavaClass> vectorKernels() {
    return DescribedPredicate.describe(
        "vector kernels (dev.heed.kernel, Vector* or *Tile)",
        type -> {
          String name = outermost(type).getSimpleName();
          return type.getPackageName().equals("dev.heed.kernel")
              && (name.startsWith("Vector") || name.endsWith("Tile"));
        });
  }

  private static JavaClass outermost(JavaClass type) {
    return type.getEnclosingClass().map(ArchitectureTest::outermost).orElse(type);
  }

  private static DescribedPredicate<JavaAccess<?>> bareException() {
    return DescribedPredicate.describe(
        "makes a bare RuntimeException, Exception or Error",
        access ->
            !access.getOriginOwner().isAssignableTo(Throwable.class)
                && (access.getTargetOwner().isEquivalentTo(RuntimeException.class)
                    || access.getTargetOwner().isEquivalentTo(Exception.class)
                    || access.getTargetOwner().isEquivalentTo(Error.class)));
  }
}
