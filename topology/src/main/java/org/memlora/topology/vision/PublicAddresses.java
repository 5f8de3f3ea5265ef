package org.memlora.topology.vision;

import java.io.UncheckedIOException;
import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.util.Arrays;

/**
 * Which addresses lie in the public internet: not this host, not its networks, not what the registries keep for special use (IANA's special-purpose
 * registries, RFC 6890), and no IPv6 address that stands for such an IPv4 one.
 */
final class PublicAddresses {

    /** A shorter prefix of an interface is no local network, e.g. that of a tunnel that takes all traffic. */
    private static final int SHORTEST_LOCAL_IPV4 = 8;
    private static final int SHORTEST_LOCAL_IPV6 = 32;

    /** First address and length of the prefix; 168.63.129.16 answers the virtual machines of one cloud only. */
    private static final int[][] SPECIAL_IPV4 = {{0, 0, 0, 0, 8}, {10, 0, 0, 0, 8}, {100, 64, 0, 0, 10}, {127, 0, 0, 0, 8}, {168, 63, 129, 16, 32}, {169, 254, 0, 0, 16},
        {172, 16, 0, 0, 12}, {192, 0, 0, 0, 24}, {192, 0, 2, 0, 24}, {192, 88, 99, 0, 24}, {192, 168, 0, 0, 16}, {198, 18, 0, 0, 15},
        {198, 51, 100, 0, 24}, {203, 0, 113, 0, 24}, {224, 0, 0, 0, 3}};

    private PublicAddresses() { }

    static boolean contains(InetAddress address) {
        return isPublic(address) && !isOurs(address);
    }

    /** Of this host, or of a network that it stands in. */
    private static boolean isOurs(InetAddress address) {
        try {
            return NetworkInterface.networkInterfaces().flatMap(network -> network.getInterfaceAddresses().stream())
                    .anyMatch(own -> own.getAddress().equals(address) || isWithin(address, own.getAddress(), own.getNetworkPrefixLength()));
        } catch (SocketException e) {
            throw new UncheckedIOException("The addresses of this host can't be read: " + e.getMessage(), e);
        }
    }

    /** Whether the address lies in the local network of another one. */
    static boolean isWithin(InetAddress address, InetAddress other, int prefix) {
        byte[] one = address.getAddress();
        byte[] two = other.getAddress();
        if (one.length != two.length || prefix < (one.length == Integer.BYTES ? SHORTEST_LOCAL_IPV4 : SHORTEST_LOCAL_IPV6)) {
            return false;
        }
        for (int bit = 0; bit < prefix; bit++) {
            if (((one[bit / Byte.SIZE] ^ two[bit / Byte.SIZE]) >>> Byte.SIZE - 1 - bit % Byte.SIZE & 1) != 0) {
                return false;
            }
        }
        return true;
    }

    private static boolean isPublic(InetAddress address) {
        return address instanceof Inet4Address ? isPublic4(address.getAddress()) : isPublic6((Inet6Address) address);
    }

    private static boolean isPublic4(byte[] address) {
        int bits = bits(address, 0);
        for (int[] special : SPECIAL_IPV4) {
            int first = special[0] << 24 | special[1] << 16 | special[2] << 8 | special[3];
            if ((bits ^ first) >>> 32 - special[4] == 0) {
                return false;
            }
        }
        return true;
    }

    /** Only 2000::/3 is given out; in it, tunnels and documentation are not for anyone to serve from. */
    private static boolean isPublic6(Inet6Address address) {
        byte[] bytes = address.getAddress();
        int first = bits(bytes, 0);
        if (first == 0x0064FF9B && bits(bytes, 4) == 0 && bits(bytes, 8) == 0) {   // NAT64: the last four bytes are an IPv4 address
            return isPublic4(Arrays.copyOfRange(bytes, 12, 16));
        }
        if (first >>> 16 == 0x2002) {   // 6to4: the four bytes after the prefix
            return isPublic4(Arrays.copyOfRange(bytes, 2, 6));
        }
        boolean teredoOrOtherProtocols = first >>> 9 == 0x20010000 >>> 9;
        boolean documentation = first == 0x20010DB8 || first >>> 12 == 0x3FFF0;
        return first >>> 29 == 1 && !teredoOrOtherProtocols && !documentation;
    }

    private static int bits(byte[] bytes, int from) {
        return (bytes[from] & 0xFF) << 24 | (bytes[from + 1] & 0xFF) << 16 | (bytes[from + 2] & 0xFF) << 8 | bytes[from + 3] & 0xFF;
    }
}
