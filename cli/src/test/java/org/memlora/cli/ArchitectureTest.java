package org.memlora.cli;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** The fences between the modules (design.md, "Modules"); a rule that finds no class to check fails. */
@AnalyzeClasses(packages = "org.memlora", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {

    @ArchTest
    static final ArchRule shouldKeepKafkaAndAvroOutOfModels = noClasses().that().resideInAPackage("org.memlora.models..")
            .should().dependOnClassesThat().resideInAnyPackage("org.apache.kafka..", "org.apache.avro..", "org.memlora.schemas..",
                    "org.memlora.operators..", "org.memlora.topology..", "org.memlora.distillation..", "org.memlora.evaluation..", "org.memlora.cli..");

    @ArchTest
    static final ArchRule shouldKeepKafkaOutOfOperators = noClasses().that().resideInAPackage("org.memlora.operators..")
            .should().dependOnClassesThat().resideInAnyPackage("org.apache.kafka..", "org.apache.avro..", "org.memlora.schemas..",
                    "org.memlora.topology..");

    @ArchTest
    static final ArchRule shouldKeepModelsOutOfSchemas = noClasses().that().resideInAPackage("org.memlora.schemas..")
            .should().dependOnClassesThat().resideInAnyPackage("org.memlora.models..", "org.memlora.operators..", "org.memlora.topology..");

    @ArchTest
    static final ArchRule shouldKeepKafkaOutOfDistillation = noClasses().that().resideInAPackage("org.memlora.distillation..")
            .should().dependOnClassesThat().resideInAnyPackage("org.apache.kafka..", "org.apache.avro..", "org.memlora.schemas..",
                    "org.memlora.topology..", "org.memlora.evaluation..", "org.memlora.cli..");

    @ArchTest
    static final ArchRule shouldKeepTopologyBelowEvaluation = noClasses().that().resideInAPackage("org.memlora.topology..")
            .should().dependOnClassesThat().resideInAnyPackage("org.memlora.distillation..", "org.memlora.evaluation..", "org.memlora.cli..");

    @ArchTest
    static final ArchRule shouldKeepEvaluationBelowTheCommandLine = noClasses().that().resideInAPackage("org.memlora.evaluation..")
            .should().dependOnClassesThat().resideInAPackage("org.memlora.cli..");

    /** What serving, which loads a model, may use is its own to say. */
    @ArchTest
    static final ArchRule shouldNotKnowInTheGraphHowAModelWorks = noClasses().that()
            .resideInAnyPackage("org.memlora.topology", "org.memlora.topology.flow..", "org.memlora.topology.inbox..",
                    "org.memlora.topology.extraction..", "org.memlora.topology.update..", "org.memlora.topology.generation..",
                    "org.memlora.topology.memory..", "org.memlora.topology.vision..")
            .should().dependOnClassesThat(resideInAPackage("org.memlora.models..").and(not(resideInAPackage("org.memlora.models"))));

    private static final String ROCKS_DB = "org\\.memlora\\.topology\\.(RocksDbSettings|ErasableStores\\$ErasableStore)";

    @ArchTest
    static final ArchRule shouldKnowRocksDbInOnePlace = noClasses().that().haveNameNotMatching(ROCKS_DB)
            .should().dependOnClassesThat().resideInAPackage("org.rocksdb..");

    @ArchTest
    static final ArchRule shouldKnowRocksDbThere = classes().that().haveNameMatching(ROCKS_DB)
            .should().dependOnClassesThat().resideInAPackage("org.rocksdb..");
}
