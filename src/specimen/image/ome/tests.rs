use super::*;

#[test]
fn pixels_are_found_whatever_stands_around_them() {
    let xml = "<?xml version=\"1.0\"?><!-- <Pixels SizeX=\"9\"/> -->\n<ome:OME note='a > b'>\
                   <ome:Image ID=\"Image:0\"><ome:Pixels SizeX=\"22\" SizeY='18' SizeZ=\"14\" \
                   SizeC=\"1\" SizeT=\"1\" PhysicalSizeX=\"10\" PhysicalSizeXUnit=\"&#181;m\" \
                   PhysicalSizeYUnit=\"nm\" PhysicalSizeY=\"1e4\" PhysicalSizeZ = \"20.5\" \
                   DimensionOrder=\"XYZCT\"><ome:Channel/></ome:Pixels></ome:Image></ome:OME>";
    assert!(is_ome(xml));
    let size = |size: &str, unit: &str| Some((size.to_owned(), unit.to_owned()));
    assert_eq!(
        parse(xml),
        Ome {
            images: 1,
            sizes: [22, 18, 14, 1, 1],
            physical: [
                size("10", "\u{b5}m"),
                size("1e4", "nm"),
                size("20.5", "\u{b5}m")
            ],
            elsewhere: false,
            pages: Vec::new(),
            positions: Vec::new(),
        }
    );
    let two = parse("<OME><Pixels SizeC='2' PhysicalSizeXUnit='mm'/><Pixels/></OME>");
    assert_eq!((two.images, two.sizes[3]), (2, 2));
    assert_eq!(two.physical, [None, None, None]);
    assert!(parse("<OME><BinaryOnly MetadataFile=\"a.ome\"/></OME>").elsewhere);
    assert!(!is_ome("ImageJ=1.54f\n"));
    for odd in [
        "<OME",
        "<Pixels SizeX=",
        "<Pixels SizeX=\"",
        "<!-- OME",
        "<&#x;=\"&#99999999;\"",
    ] {
        assert_eq!(parse(odd).sizes, [0; 5], "{odd}");
    }
}
