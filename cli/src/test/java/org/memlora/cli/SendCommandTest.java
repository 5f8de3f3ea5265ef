package org.memlora.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.memlora.topology.demo.ScriptedEvent;

class SendCommandTest {

    @Test
    void sendsAllEventsOfAFile(@TempDir Path folder) throws IOException {
        Path file = Files.writeString(folder.resolve("talk.json"), """
                {"conversation": {"session_1": [{"speaker": "Ann", "dia_id": "D1:1", "text": "I adopted a cat."}],
                  "session_1_date_time": "1:56 pm on 8 May, 2023"},
                 "qa": [{"question": "What did Ann adopt?", "answer": "A cat", "category": 4, "evidence": ["D1:1"]},
                        {"question": "What did Ben adopt?", "adversarial_answer": "A cat", "category": 5, "evidence": ["D1:1"]}]}
                """);

        assertThat(SendCommand.events(file, false)).hasSize(3).filteredOn(ScriptedEvent::isAdversarial).hasSize(1);
        assertThat(SendCommand.events(file, true)).hasSize(1);
    }
}
