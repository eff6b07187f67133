/// A whole Ceph on loopback: one monitor, one OSD that keeps its objects in memory, and the S3 gateway.
enum RadosGateway {
    /// Writes the script that runs it into the folder, and returns the command; `ports` are the monitor's and the gateway's.
    ///
    /// The script ends all three when it is ended.
    static func command(
        _ folder: TemporaryFolder, monitor: Int, gateway: Int, accessKey: String, secret: String
    ) throws -> String {
        let home = folder.path
        try folder.makeFolder("osd")
        try folder.makeFolder("run")
        try folder.write(configuration(home, monitor: monitor, gateway: gateway), to: "ceph.conf")
        try folder.write(
            script(home, monitor: monitor, accessKey: accessKey, secret: secret), to: "gateway.sh")
        return "exec sh '\(home)/gateway.sh'"
    }

    private static func configuration(_ home: String, monitor: Int, gateway: Int) -> String {
        """
        [global]
        fsid = 5a1c0f6e-7f0b-4c53-9b9e-0d8b1c3f2a10
        mon initial members = a
        mon host = v1:127.0.0.1:\(monitor)
        mon data = \(home)/mon
        mon data avail warn = 2
        mon data avail crit = 1
        ms bind msgr2 = false
        public network = 127.0.0.0/8
        keyring = \(home)/keyring
        run dir = \(home)/run
        admin socket =
        log file = \(home)/run/$name.log
        pid file =
        mon allow pool size one = true
        osd pool default size = 1
        osd pool default min size = 1
        osd pool default pg num = 4
        osd pool default pgp num = 4
        osd pool default pg autoscale mode = off
        osd crush chooseleaf type = 0
        osd objectstore = memstore
        osd data = \(home)/osd
        memstore device bytes = 2147483648
        [client.rgw]
        rgw frontends = beast endpoint=127.0.0.1:\(gateway)
        rgw thread pool size = 16

        """
    }

    private static func script(_ home: String, monitor: Int, accessKey: String, secret: String) -> String {
        """
        cd '\(home)'
        export CEPH_CONF='\(home)/ceph.conf'
        trap 'kill $(jobs -p) 2>/dev/null; exit' TERM
        set -e
        # They end with this script, however that ends.
        bound='setpriv --pdeathsig KILL'
        ceph-authtool -C keyring --gen-key -n mon. --cap mon 'allow *'
        ceph-authtool keyring --gen-key -n client.admin --cap mon 'allow *' --cap osd 'allow *'
        ceph-authtool keyring --gen-key -n osd.0 --cap mon 'allow profile osd' --cap osd 'allow *'
        ceph-authtool keyring --gen-key -n client.rgw --cap mon 'allow rwx' --cap osd 'allow rwx'
        monmaptool --create --fsid 5a1c0f6e-7f0b-4c53-9b9e-0d8b1c3f2a10 --addv a '[v1:127.0.0.1:\(monitor)]' monmap
        ceph-mon -i a --mkfs --monmap monmap --keyring keyring
        $bound ceph-mon -i a -f &
        timeout 30 ceph osd new 0b7c7f60-3f0e-4d8b-8f0a-6d5e3c2b1a00 0
        ceph-osd -i 0 --mkfs --osd-uuid 0b7c7f60-3f0e-4d8b-8f0a-6d5e3c2b1a00
        timeout 30 ceph osd crush add osd.0 1.0 host=h root=default
        $bound ceph-osd -i 0 -f &
        $bound radosgw -n client.rgw -f &
        timeout 60 radosgw-admin -n client.rgw user create --uid=tests --display-name=tests \\
            --access-key='\(accessKey)' --secret-key='\(secret)'
        wait
        """
    }
}
