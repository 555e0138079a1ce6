namespace Latchkey.Files;

/// <summary>The rows of <see cref="MediaNames"/>.</summary>
static class MediaTable
{
    /// <summary>By family: a line for each type, which may be continued on lines that start with "+".</summary>
    public static readonly (MediaFamily Family, string Lines)[] Families =
    [
        (MediaFamily.Unknown, """
            application/octet-stream binary/octet-stream application/x-octet-stream application/binary application/x-binary
            + application/unknown application/x-unknown application/force-download application/x-force-download application/download
            + application/x-download
            """),
        (MediaFamily.Media, """
            image/jpeg image/jpg image/pjpeg image/jpe image/jfif image/x-jpeg image/x-jpg image/mpo image/x-citrix-jpeg application/jpg
            + application/x-jpg
            image/png image/x-png image/apng image/vnd.mozilla.apng image/x-citrix-png application/png application/x-png
            image/gif image/x-gif
            image/webp image/x-webp
            image/bmp image/x-bmp image/x-ms-bmp image/x-windows-bmp image/ms-bmp image/x-bitmap application/bmp application/x-bmp
            image/x-icon image/vnd.microsoft.icon image/ico image/icon image/x-ico text/ico application/ico image/x-win-bitmap
            image/tiff image/tif image/x-tif image/x-tiff application/tif application/tiff application/x-tif
            image/x-adobe-dng image/dng image/x-dng image/adobe-dng < image/tiff
            image/x-canon-cr2 image/cr2 image/x-cr2 < image/tiff
            image/x-nikon-nef image/nef image/x-nef < image/tiff
            image/x-nikon-nrw image/x-nrw < image/tiff
            image/x-sony-arw image/arw image/x-arw < image/tiff
            image/x-sony-sr2 image/x-sony-srf < image/tiff
            image/x-pentax-pef image/pef image/x-pef < image/tiff
            image/x-samsung-srw image/x-srw < image/tiff
            image/x-hasselblad-3fr image/x-hasselblad-fff image/x-3fr < image/tiff
            image/x-kodak-dcr image/x-kodak-kdc image/x-kodak-k25 < image/tiff
            image/x-epson-erf image/x-leaf-mos image/x-phaseone-iiq image/x-leica-rwl < image/tiff
            image/x-raw image/x-dcraw < image/tiff
            image/x-olympus-orf image/x-orf
            image/x-panasonic-rw2 image/x-panasonic-raw image/x-rw2 image/x-panasonic-rw
            image/x-fuji-raf image/x-raf
            image/x-canon-cr3 image/cr3 image/x-cr3
            image/heic image/heif image/heic-sequence image/heif-sequence image/x-heic image/x-heif image/hej2k
            image/avif image/avif-sequence image/x-avif
            image/jxl image/x-jxl
            image/jp2 image/jpx image/jpm image/jpeg2000 image/jpeg2000-image image/x-jpeg2000-image image/x-jp2 image/jph
            image/vnd.ms-photo image/jxr image/x-jxr
            image/vnd.adobe.photoshop image/psd image/x-psd image/x-photoshop application/photoshop application/psd
            + application/x-photoshop application/vnd.adobe.photoshop
            image/x-xcf application/x-xcf
            image/vnd.djvu image/x-djvu image/djvu image/vnd.djvu+multipage image/x.djvu
            image/x-exr image/aces image/exr
            image/vnd.radiance image/hdr image/x-hdr
            image/vnd-ms.dds image/vnd.ms-dds image/x-dds image/dds
            image/x-icns image/icns
            image/qoi image/x-qoi
            image/jls image/x-jls
            image/x-compressed-xcf image/x-gzeps image/x-bzeps < application/gzip application/x-bzip2 application/x-xz
            video/x-mjpeg video/x-motion-jpeg video/mjpeg < image/jpeg
            image/wmf image/x-wmf application/x-wmf application/wmf windows/metafile application/x-msmetafile
            image/emf image/x-emf application/x-emf application/emf
            image/svg+xml image/svg image/svg-xml application/svg+xml < application/xml
            image/svg+xml-compressed < application/gzip
            image/x-emz application/x-emz image/x-wmz application/x-wmz < application/gzip
            image/openraster < application/zip
            application/dicom image/dicom image/x-dicom application/x-dicom
            video/mp4 application/mp4 video/x-mp4 video/mpeg4 video/mp4v-es video/x-m4v video/m4v video/vnd.apple.m4v
            audio/mp4 audio/x-m4a audio/m4a audio/x-mp4 audio/mp4a-latm audio/mpeg4 audio/x-m4b audio/m4b audio/x-m4r audio/x-m4p
            + audio/vnd.apple.m4a audio/vnd.audible.aax
            video/quicktime video/x-quicktime video/mov image/mov audio/quicktime
            video/3gpp video/3gp video/x-3gp audio/3gpp audio/3gp video/3gpp-encrypted
            video/3gpp2 video/3g2 video/x-3gpp2 audio/3gpp2
            video/webm audio/webm
            video/matroska video/x-matroska video/mkv video/x-mkv audio/matroska audio/x-matroska application/x-matroska
            + video/matroska-3d video/x-matroska-3d
            video/x-msvideo video/avi video/msvideo video/vnd.avi video/x-avi video/divx video/vnd.divx application/x-troff-msvideo
            video/x-ms-asf video/x-ms-wmv audio/x-ms-wma video/x-ms-wm application/vnd.ms-asf video/asf video/wmv audio/wma
            video/x-ms-wvx video/x-ms-wmx audio/x-ms-wax video/x-ms-asx < video/x-ms-asf application/xml
            video/x-flv video/flv application/x-flash-video
            video/mpeg video/mpg video/x-mpeg video/x-mpg video/mp2p video/mp1s video/mpeg-system video/x-mpeg-system video/dvd
            video/mp2t video/mpeg2 video/vnd.dlna.mpeg-tts video/m2ts
            video/ogg audio/ogg application/ogg application/x-ogg audio/x-ogg video/x-ogg audio/vorbis audio/x-vorbis audio/x-vorbis+ogg
            + audio/opus audio/x-opus audio/x-opus+ogg audio/speex audio/x-speex video/x-theora video/x-theora+ogg audio/x-flac+ogg
            audio/mpeg audio/mp3 audio/x-mp3 audio/x-mpeg audio/mpeg3 audio/x-mpeg-3 audio/x-mpeg3 audio/mpg audio/x-mpg
            + audio/x-mpegaudio audio/mp2 audio/mp1 audio/x-mp2 audio/mpa audio/mpa-robust
            audio/aac audio/aacp audio/x-aac audio/x-hx-aac-adts audio/vnd.dlna.adts audio/x-hx-aac-adif
            audio/flac audio/x-flac application/x-flac application/flac
            audio/wav audio/x-wav audio/wave audio/vnd.wave audio/x-pn-wav audio/x-wave
            audio/aiff audio/x-aiff audio/aif audio/x-aifc sound/aiff
            audio/basic audio/x-au audio/au audio/x-ulaw
            audio/midi audio/x-midi audio/mid audio/x-mid audio/sp-midi application/midi application/x-midi
            audio/amr audio/amr-wb audio/amr-encrypted audio/x-amr
            audio/x-caf audio/caf
            audio/x-ape audio/ape audio/x-monkeys-audio
            audio/x-tta audio/tta
            audio/x-wavpack audio/wavpack
            audio/x-musepack audio/musepack
            audio/vnd.dts audio/x-dts
            application/vnd.rn-realmedia audio/x-pn-realaudio audio/vnd.rn-realaudio audio/x-realaudio video/vnd.rn-realvideo
            + application/vnd.rn-realmedia-vbr audio/x-pn-realaudio-plugin
            """),
        (MediaFamily.Document, """
            application/pdf application/x-pdf application/acrobat application/vnd.pdf text/pdf text/x-pdf image/pdf application/nappdf
            application/illustrator application/vnd.adobe.illustrator < application/pdf application/postscript
            application/postscript application/ps application/x-postscript application/eps application/x-eps image/eps image/x-eps
            + text/postscript < text/plain
            application/rtf text/rtf text/richtext application/x-rtf application/richtext < text/plain
            application/msword application/doc application/x-msword application/vnd.msword application/winword application/word <
            + application/x-ole-storage application/zip application/xml application/rtf
            application/msexcel application/x-msexcel application/x-excel application/excel application/x-xls application/xls <
            + application/x-ole-storage application/zip application/xml
            application/mspowerpoint application/x-mspowerpoint application/powerpoint application/vnd.mspowerpoint <
            + application/x-ole-storage application/zip application/xml
            application/vnd.visio application/x-visio application/msproject application/x-msproject application/x-project <
            + application/x-ole-storage application/zip application/xml
            application/x-mspublisher application/x-publisher application/x-hwp application/haansofthwp application/vnd.hancom.hwp <
            + application/x-ole-storage
            application/x-ole-storage application/x-cfb application/x-msi application/x-ms-installer application/x-windows-installer
            application/epub+zip application/epub application/x-epub+zip < application/zip
            application/oxps application/vnd.ms-xpsdocument < application/zip
            application/vnd.apple.pages application/vnd.apple.numbers application/vnd.apple.keynote application/x-iwork-pages-sffpages
            + application/x-iwork-numbers-sffnumbers application/x-iwork-keynote-sffkey < application/zip
            application/x-mobipocket-ebook application/vnd.amazon.ebook application/vnd.amazon.mobi8-ebook
            """),
        (MediaFamily.Archive, """
            application/zip application/x-zip application/x-zip-compressed application/zip-compressed application/x-compress-zip
            + multipart/x-zip
            model/3mf application/vnd.ms-package.3dmanufacturing-3dmodel+xml < application/zip
            application/x-apple-diskimage < application/x-bzip2 application/x-xz application/x-iso9660-image
            application/java-archive application/x-java-archive application/x-jar application/jar < application/zip
            application/vnd.android.package-archive application/x-authorware-bin < application/zip
            application/x-ios-app application/x-xpinstall application/x-itunes-ipa < application/zip
            application/vnd.google-earth.kmz application/vnd.google-earth.kmz+zip < application/zip
            application/vnd.comicbook+zip application/x-cbz application/x-cbr application/vnd.comicbook-rar < application/zip
            + application/vnd.rar
            application/gzip application/x-gzip application/gzip-compressed application/gzipped application/x-gunzip gzip/document
            application/x-tar application/tar application/x-gtar application/x-compressed-tar application/x-tgz application/tar+gzip
            + application/x-bzip-compressed-tar application/x-xz-compressed-tar application/x-compressed
            + application/x-gzip-compressed-tar < application/gzip application/x-bzip2 application/x-xz application/zstd
            application/x-bzip2 application/bzip2 application/x-bzip application/x-bz2 application/bzip
            application/x-xz application/xz
            application/zstd application/x-zstd
            application/x-lz4 application/lz4
            application/x-lzip application/lzip
            application/x-7z-compressed application/x-7z application/7z application/7zip application/x-7zip
            application/vnd.rar application/x-rar-compressed application/x-rar application/rar
            application/vnd.ms-cab-compressed application/x-cab application/cab
            application/x-archive application/x-unix-archive application/vnd.debian.binary-package application/x-debian-package
            + application/x-deb
            application/x-rpm application/x-redhat-package-manager
            application/x-iso9660-image application/x-cd-image application/iso-image
            application/x-xar application/vnd.apple.installer+xml
            """),
        (MediaFamily.Font, """
            font/ttf font/otf font/sfnt application/x-font-ttf application/x-font-otf application/font-sfnt application/x-font-truetype
            + application/x-font-opentype application/x-font font/collection application/vnd.ms-opentype font/opentype font/truetype
            font/woff application/font-woff application/x-font-woff
            font/woff2 application/font-woff2
            """),
        (MediaFamily.Data, """
            application/vnd.sqlite3 application/x-sqlite3 application/sqlite application/x-sqlite application/geopackage+sqlite3
            application/x-hdf5 application/x-hdf
            application/vnd.apache.parquet application/x-parquet
            application/x-msaccess application/msaccess application/vnd.ms-access application/mdb application/x-mdb
            """),
        (MediaFamily.Text, """
            text/plain
            text/html text/x-html text/htm < text/plain
            application/xhtml+xml application/vnd.wap.xhtml+xml < text/html application/xml
            application/xml text/xml application/x-xml < text/plain
            application/x-shellscript application/x-sh text/x-sh text/x-shellscript application/x-csh application/x-bash
            + application/x-perl text/x-perl application/x-python text/x-python application/x-python-code text/x-script.python
            + application/x-ruby text/x-ruby application/x-php text/x-php application/x-httpd-php application/php < text/plain
            text/javascript application/javascript application/x-javascript application/ecmascript text/ecmascript text/jscript
            + application/node < application/x-shellscript
            application/json text/json application/x-json < text/plain
            """),
        (MediaFamily.Program, """
            application/vnd.microsoft.portable-executable application/x-msdownload application/x-msdos-program application/x-dosexec
            + application/x-exe application/exe application/x-winexe application/x-msdos-windows application/msdos-windows
            + application/dos-exe application/x-ms-dos-executable application/efi vms/exe
            application/x-executable application/x-elf application/x-sharedlib application/x-pie-executable application/x-object
            + application/x-core application/vnd.appimage application/x-appimage application/x-iso9660-appimage
            application/x-mach-binary application/x-mach-o
            application/java-vm application/x-java-class application/java application/x-java-vm application/java-byte-code
            application/x-dex
            application/wasm
            application/vnd.adobe.flash.movie application/x-shockwave-flash
            application/x-ms-shortcut application/x-mswinurl
            """),
    ];
}
