"""Names of countries and states: what stands behind a town's name to tell it apart, and is no second town."""

from agentic.agents.offline.lexicon import words_of

_COUNTRIES = """afghanistan|albania|algeria|andorra|angola|argentina|armenia|australia|austria|azerbaijan|bahamas|bahrain|
bangladesh|barbados|belarus|belgium|belize|benin|bhutan|bolivia|bosnia|botswana|brazil|brasil|brunei|
bulgaria|burundi|cambodia|cameroon|canada|cape verde|chad|chile|china|colombia|congo|costa rica|croatia|cuba|
cyprus|czechia|czech republic|denmark|djibouti|dominica|dominican republic|ecuador|egypt|el salvador|england|
eritrea|estonia|eswatini|ethiopia|fiji|finland|france|gabon|gambia|germany|deutschland|ghana|great britain|
greece|greenland|grenada|guatemala|guinea|guyana|haiti|honduras|hungary|iceland|india|indonesia|iran|iraq|
ireland|israel|italy|italia|ivory coast|jamaica|japan|jordan|kazakhstan|kenya|kiribati|kosovo|kuwait|
kyrgyzstan|laos|latvia|lebanon|lesotho|liberia|libya|liechtenstein|lithuania|luxembourg|madagascar|malawi|
malaysia|maldives|mali|malta|mauritania|mauritius|mexico|moldova|monaco|mongolia|montenegro|morocco|
mozambique|myanmar|namibia|nepal|netherlands|holland|new zealand|nicaragua|niger|nigeria|north korea|
north macedonia|northern ireland|norway|oman|pakistan|palestine|panama|papua new guinea|paraguay|peru|
philippines|poland|portugal|qatar|romania|russia|rwanda|saint lucia|samoa|san marino|saudi arabia|scotland|
senegal|serbia|seychelles|sierra leone|singapore|slovakia|slovenia|somalia|south africa|south korea|south sudan|
spain|españa|sri lanka|sudan|suriname|sweden|switzerland|syria|taiwan|tajikistan|tanzania|thailand|togo|
tonga|trinidad|tunisia|turkey|türkiye|turkmenistan|uganda|ukraine|united arab emirates|united kingdom|
united states|united states of america|uruguay|uzbekistan|vatican|venezuela|vietnam|wales|yemen|zambia|zimbabwe|
america|britain|korea"""
_STATES = """alabama|alaska|arizona|arkansas|california|colorado|connecticut|delaware|florida|georgia|hawaii|idaho|
illinois|indiana|iowa|kansas|kentucky|louisiana|maine|maryland|massachusetts|michigan|minnesota|mississippi|
missouri|montana|nebraska|nevada|new hampshire|new jersey|new mexico|new york|north carolina|north dakota|ohio|
oklahoma|oregon|pennsylvania|rhode island|south carolina|south dakota|tennessee|texas|utah|vermont|virginia|
washington|west virginia|wisconsin|wyoming|ontario|quebec|québec|british columbia|alberta|manitoba|nova scotia|
saskatchewan|new south wales|queensland|victoria|tasmania|western australia|bavaria|bayern|saxony|hesse|
brandenburg|catalonia|andalusia|tuscany|sicily|lombardy|brittany|normandy|provence|tyrol|district of columbia"""
REGIONS = frozenset(name.strip() for names in (_COUNTRIES, _STATES) for name in names.split("|"))

# Words with which towns of more than one word begin, though the word has a meaning of its own.
STARTERS = words_of(
    """new old san santa santo são sao saint st. st los las le la el al les port fort mount lake cape north south east west
    great grand little upper lower baden bad den the rio ciudad puerto buenos abu addis kuala ho hong tel salt mexico united
    palm long virginia sri villa bandar nizhny novi stoke newcastle kansas oklahoma panama costa czech dominican ivory punta
    quezon santiago monte porto"""
)
LINKS = words_of("de do da del della di la le les am an der im ob upon on of sur aux en bei den el y tres trois")


def is_region(text: str) -> bool:
    """Whether a text tells a town apart: a country, a state, or a short form of one ("BR", "TX", "U.S.")."""
    plain = text.casefold().replace(".", "").strip().removeprefix("the ")
    return plain in REGIONS or (text.replace(".", "").isupper() and 2 <= len(plain) <= 3) or plain in _SHORT


_SHORT = words_of("us usa uk uae de fr br es it at ch nl be gb ca au nz jp in tx ny il fl dc")
