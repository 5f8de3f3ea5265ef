package org.memlora.topology.vision;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.net.UnknownHostException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PublicAddressesTest {

    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1", "127.255.0.1", "168.63.129.16", "2130706433", "0.0.0.0", "10.0.0.1", "100.64.0.1", "100.127.255.255", "169.254.169.254",
        "172.16.0.1", "172.31.255.255", "192.168.1.1", "192.0.0.8", "192.0.2.1", "198.18.0.1", "198.19.255.255", "203.0.113.5", "224.0.0.1",
        "239.255.255.250", "240.0.0.1", "255.255.255.255", "::1", "::", "fe80::1", "fc00::1", "fd12:3456::1", "ff02::1", "::ffff:127.0.0.1",
        "::ffff:10.1.2.3", "::127.0.0.1", "64:ff9b::7f00:1", "64:ff9b::a00:1", "64:ff9b:1::8.8.8.8", "2002:7f00:1::", "2002:c0a8:101::1", "2001::1",
        "2001:db8::1", "3fff::1", "fec0::1", "100::1", "5f00::1"})
    void shouldNotContainWhatIsOursOrOfSpecialUse(String address) throws UnknownHostException {
        assertThat(PublicAddresses.contains(InetAddress.getByName(address))).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"8.8.8.8", "1.1.1.1", "9.255.255.255", "11.0.0.1", "100.63.255.255", "100.128.0.0", "126.255.255.255", "128.0.0.1",
        "169.253.0.1", "172.15.255.255", "172.32.0.0", "192.167.0.1", "193.0.0.1", "198.17.0.1", "198.20.0.1", "223.255.255.255", "2606:4700::1111",
        "2a00:1450::1", "2001:4860:4860::8888", "64:ff9b::808:808", "2002:808:808::1", "::ffff:8.8.8.8"})
    void shouldContainWhatAnyoneReaches(String address) throws UnknownHostException {
        assertThat(PublicAddresses.contains(InetAddress.getByName(address))).isTrue();
    }

    @Test
    void shouldNotContainAnyAddressOfThisHost() throws SocketException {
        List<InetAddress> own = NetworkInterface.networkInterfaces().flatMap(NetworkInterface::inetAddresses).toList();
        assertThat(own).isNotEmpty().noneMatch(PublicAddresses::contains);
    }

    @ParameterizedTest
    @CsvSource({"8.8.8.9, 8.8.8.8, 24, true", "8.8.9.8, 8.8.8.8, 24, false", "8.8.8.8, 8.8.8.8, 32, true", "8.8.8.9, 8.8.8.8, 32, false",
        "8.8.8.11, 8.8.8.8, 30, true", "8.8.8.12, 8.8.8.8, 30, false", "9.9.9.9, 8.8.8.8, 0, false", "2a00:1450::2, 2a00:1450::1, 64, true",
        "2a00:1450:0:1::2, 2a00:1450::1, 64, false", "2a00:1450::2, 8.8.8.8, 24, false"})
    void shouldTellWhatStandsInTheSameNetwork(String address, String other, int prefix, boolean within) throws UnknownHostException {
        assertThat(PublicAddresses.isWithin(InetAddress.getByName(address), InetAddress.getByName(other), prefix)).isEqualTo(within);
    }
}
