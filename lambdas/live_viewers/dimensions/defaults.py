"""The dimensions of a stage that defines none: what Snowplow's trackers and enrichments tell of any viewer.

Their words differ by source: YAUAA's `deviceClass`, ua-parser's families, the columns `dvce_type`, `os_name` and
`br_name` of the older enrichment, the mobile trackers' context. `map` brings them together.
"""

from live_viewers.dimensions.dimension import Dimension

# ISO 3166-1 alpha-2, as the IP look-ups write them to `geo_country`; XK is Kosovo's user-assigned code.
COUNTRIES = tuple(
    """
AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY BZ
CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO
FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE
JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO
MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW
PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM
TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS XK YE YT ZA ZM ZW
    """.split()  # noqa: SIM905 (a list of literals is a line each)
)

_YAUAA = "entity:nl.basjes/yauaa_context/1#/"
_UA_PARSER = "entity:com.snowplowanalytics.snowplow/ua_parser_context/1#/"
_MOBILE = "entity:com.snowplowanalytics.snowplow/mobile_context/1#/"

DEFAULT_DIMENSIONS = (
    Dimension("country", ("atomic:geo_country",), COUNTRIES),
    Dimension(
        "device",
        (_YAUAA + "deviceClass", "atomic:dvce_type"),
        ("Desktop", "Phone", "Tablet", "TV", "Set-top box", "Game Console", "Watch", "Virtual Reality"),
        {
            "Computer": "Desktop",
            "Mobile": "Phone",
            "Smartphone": "Phone",
            "Television": "TV",
            "Digital media receiver": "Set-top box",
            "Handheld Game Console": "Game Console",
            "Wearable computer": "Watch",
        },
    ),
    Dimension(
        "os",
        (_YAUAA + "operatingSystemName", _MOBILE + "osType", _UA_PARSER + "osFamily", "atomic:os_name"),
        (
            "Windows",
            "macOS",
            "Linux",
            "Chrome OS",
            "iOS",
            "Android",
            "tvOS",
            "Android TV",
            "Fire OS",
            "Tizen",
            "webOS",
            "Roku OS",
            "PlayStation",
            "Xbox",
        ),
        {
            "Windows NT": "Windows",
            "Windows 7": "Windows",
            "Windows 8": "Windows",
            "Windows 8.1": "Windows",
            "Windows 10": "Windows",
            "Windows 11": "Windows",
            "Mac OS": "macOS",
            "Mac OS X": "macOS",
            "ChromeOS": "Chrome OS",
            "Ubuntu": "Linux",
            "Fedora": "Linux",
            "Debian": "Linux",
            "iPadOS": "iOS",
            "iOS (iPhone)": "iOS",
            "iOS (iPad)": "iOS",
            "iOS 4 (iPhone)": "iOS",
            "ATV OS X": "tvOS",
            "Apple TV OS": "tvOS",
            "FireOS": "Fire OS",
            "web0S": "webOS",
            "WebOS": "webOS",
            "Roku": "Roku OS",
        },
    ),
    Dimension(
        "browser",
        (_YAUAA + "agentName", _UA_PARSER + "useragentFamily", "atomic:br_family", "atomic:br_name"),
        ("Chrome", "Safari", "Firefox", "Edge", "Samsung Internet", "Opera", "Brave", "Chromecast", "WebView"),
        {
            "Chrome Mobile": "Chrome",
            "Chrome Mobile iOS": "Chrome",
            "Chromium": "Chrome",
            "Headless Chrome": "Chrome",
            "HeadlessChrome": "Chrome",
            "Mobile Safari": "Safari",
            "Firefox Mobile": "Firefox",
            "Firefox iOS": "Firefox",
            "Microsoft Edge": "Edge",
            "Edge Mobile": "Edge",
            "SamsungBrowser": "Samsung Internet",
            "Samsung Browser": "Samsung Internet",
            "Opera Mobile": "Opera",
            "Android WebView": "WebView",
            "Chrome Mobile WebView": "WebView",
            "Chrome Webview": "WebView",
            "Mobile Safari UI/WKWebView": "WebView",
        },
    ),
    # The tracker protocol's platforms. Source: Snowplow tracker protocol, parameter `p`.
    Dimension(
        "platform", ("atomic:platform",), ("web", "mob", "app", "tv", "cnsl", "pc", "srv", "iot", "headset")
    ),
    Dimension("app", ("atomic:app_id",)),
    Dimension(
        "player",
        ("entity:com.snowplowanalytics.snowplow/media_player/2#/playerType",),
        (
            "org.whatwg-media_element",
            "com.youtube-youtube",
            "com.vimeo-vimeo",
            "com.apple-avplayer",
            "com.google-exoplayer",
            "com.roku-video",
        ),
    ),
)
