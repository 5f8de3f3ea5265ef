package org.memlora.topology.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.memlora.schemas.MemoryOperation;
import org.memlora.schemas.OperationKind;
import org.memlora.schemas.PictureLink;

class BankViewTest {

    private final BankView view = new BankView();

    @Test
    void anUpdateEndsItsTarget() {
        apply(OperationKind.ADD, 1, "lives in Leeds", "m1", null);
        apply(OperationKind.UPDATE, 5, "lives in York", "m2", "m1");
        apply(OperationKind.NONE, 6, "lives in York", null, "m2");
        assertThat(view.valid()).extracting(BankView.Entry::text).containsExactly("lives in York");
        assertThat(view.validAt(at(4))).extracting(BankView.Entry::text).containsExactly("lives in Leeds");
        assertThat(view.validAt(at(5))).extracting(BankView.Entry::text).containsExactly("lives in York");
        assertThat(view.validAt(at(0))).isEmpty();
    }

    /** ADD is how the update stage reports it: the late fact is stored closed, nothing else changes. */
    @ParameterizedTest
    @EnumSource(value = OperationKind.class, names = {"ADD", "UPDATE"})
    void aLateFactDoesNotEndANewerMemory(OperationKind kind) {
        apply(OperationKind.ADD, 5, "lives in York", "m1", null);
        apply(kind, 2, "lives in Leeds", "m2", "m1");
        assertThat(view.valid()).extracting(BankView.Entry::text).containsExactly("lives in York");
        assertThat(view.validAt(at(3))).extracting(BankView.Entry::text).containsExactly("lives in Leeds");
        assertThat(view.validAt(at(6))).extracting(BankView.Entry::text).containsExactly("lives in York");
    }

    @Test
    void forgetLeavesNothing() {
        apply(OperationKind.ADD, 1, "has a cat", "m1", null);
        apply(OperationKind.FORGET, 2, "", null, null);
        assertThat(view.all()).isEmpty();
    }

    @Test
    void aKnownMemoryGainsThePictureThatShowsItLater() {
        PictureLink link = new PictureLink("aa", null);
        apply(OperationKind.ADD, 1, "has a cat", "m1", null);
        apply(OperationKind.NONE, 2, "has a cat", null, "m1", new PictureLink("bb", null));
        apply(OperationKind.NONE, 3, "has a cat", null, "m1", link);
        apply(OperationKind.NONE, 3, "has a cat", null, "m1", null);
        apply(OperationKind.UPDATE, 4, "has a dog", "m2", "m1");
        assertThat(view.all()).extracting(BankView.Entry::picture).containsExactly(Optional.of(link), Optional.empty());
    }

    private void apply(OperationKind kind, int second, String fact, String memory, String target) {
        apply(kind, second, fact, memory, target, null);
    }

    private void apply(OperationKind kind, int second, String fact, String memory, String target, PictureLink picture) {
        MemoryOperation operation = new MemoryOperation();
        operation.setKind(kind);
        operation.setTime(at(second));
        operation.setFactText(fact);
        operation.setMemoryId(memory);
        operation.setTargetMemoryId(target);
        operation.setPicture(picture);
        operation.setSourceEventIds(List.of());
        view.apply(operation);
    }

    private static Instant at(int second) {
        return Instant.ofEpochSecond(1_000_000 + second);
    }
}
