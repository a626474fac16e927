//! Family names by culture, `native|latin` where the two differ; `_F` and `_M` where they have a gender.

pub(crate) const ENGLISH: &[&str] = &[
    "Abernathy",
    "Whitaker",
    "Johnson",
    "Okafor-Smith",
    "Ellsworth",
    "Montgomery",
    "St. John",
    "Van Houten",
    "McAllister",
    "O'Rourke",
    "D'Amico",
    "Fitzgerald",
    "Blackwood",
    "Carmichael",
    "Thistlethwaite",
    "Featherstonehaugh",
    "Young",
    "Delacroix",
    "Ng",
    "Washington",
];
pub(crate) const SPANISH: &[&str] = &[
    "Hernández|Hernandez",
    "García|Garcia",
    "de la Cruz",
    "Muñoz|Munoz",
    "Ibáñez|Ibanez",
    "Peña|Pena",
    "Fernández|Fernandez",
    "Villaseñor|Villasenor",
    "Zúñiga|Zuniga",
    "Ortiz",
    "Goicoechea",
    "del Río|del Rio",
    "Núñez|Nunez",
];
pub(crate) const PORTUGUESE: &[&str] = &[
    "Gonçalves|Goncalves",
    "da Conceição|da Conceicao",
    "Magalhães|Magalhaes",
    "dos Santos",
    "Simões|Simoes",
    "Araújo|Araujo",
    "Brandão|Brandao",
];
pub(crate) const GERMAN: &[&str] = &[
    "Müller-Lüdenscheidt|Mueller-Luedenscheidt",
    "Großmann|Grossmann",
    "Schäfer|Schaefer",
    "von Weizenkamp",
    "Jäger|Jaeger",
    "Weiß|Weiss",
    "Köhler|Koehler",
    "Freiherr zu Altenburg",
];
pub(crate) const NORDIC: &[&str] = &[
    "Sørensen|Sorensen",
    "Ångström|Angstrom",
    "Bjørnstad|Bjornstad",
    "Åkesson|Akesson",
    "Hämäläinen|Hamalainen",
    "Þórðarson|Thordarson",
    "Østergård|Ostergard",
];
pub(crate) const FRENCH: &[&str] = &[
    "Lefèvre|Lefevre",
    "d'Aubigné|d'Aubigne",
    "Bélanger|Belanger",
    "Saint-Exupéry|Saint-Exupery",
    "L'Écuyer|L'Ecuyer",
    "Côté|Cote",
    "Le Goff",
    "Duchêne|Duchene",
];
pub(crate) const POLISH_F: &[&str] = &[
    "Wiśniewska|Wisniewska",
    "Dąbrowska|Dabrowska",
    "Żółtowska|Zoltowska",
    "Łukasiewicz|Lukasiewicz",
    "Dvořáková|Dvorakova",
];
pub(crate) const POLISH_M: &[&str] = &[
    "Wiśniewski|Wisniewski",
    "Dąbrowski|Dabrowski",
    "Żółtowski|Zoltowski",
    "Łukasiewicz|Lukasiewicz",
    "Dvořák|Dvorak",
];
pub(crate) const UKRAINIAN_F: &[&str] = &[
    "Шевченко|Shevchenko",
    "Коваленко|Kovalenko",
    "Бондаренко|Bondarenko",
    "Нечуй-Левицька|Nechui-Levytska",
    "Д'яченко|Diachenko",
    "Їжакевич|Yizhakevych",
    "Гриценко|Hrytsenko",
    "Кропивницька|Kropyvnytska",
];
pub(crate) const UKRAINIAN_M: &[&str] = &[
    "Шевченко|Shevchenko",
    "Коваленко|Kovalenko",
    "Бондаренко|Bondarenko",
    "Нечуй-Левицький|Nechui-Levytskyi",
    "Д'яченко|Diachenko",
    "Їжакевич|Yizhakevych",
    "Гриценко|Hrytsenko",
    "Кропивницький|Kropyvnytskyi",
];
pub(crate) const CHINESE: &[&str] =
    &["王|Wang", "李|Li", "张|Zhang", "欧阳|Ouyang", "陳|Chen", "司马|Sima", "黃|Huang", "吕|Lyu"];
pub(crate) const CHINESE_LATIN: &[&str] = &["Wang", "Li", "Zhang", "Ouyang", "Chen", "Lü|Lyu", "Hsu", "Huang"];
pub(crate) const ARABIC: &[&str] = &[
    "الحسيني|Al-Husseini",
    "عبد الرحمن|Abdulrahman",
    "الخطيب|Al-Khatib",
    "بن سعيد|Ben Said",
    "المصري|Al-Masri",
    "حداد|Haddad",
];
pub(crate) const ARABIC_LATIN: &[&str] = &["al-Rashid", "ibn Yusuf", "El-Sayed", "Abu Bakr", "bint Khalid", "Haddad"];
pub(crate) const VIETNAMESE: &[&str] =
    &["Nguyễn|Nguyen", "Trần|Tran", "Phạm|Pham", "Huỳnh|Huynh", "Đặng|Dang", "Bùi|Bui"];
pub(crate) const INDIAN: &[&str] = &[
    "Subramanian",
    "Venkataraghavan",
    "Krishnamurthy-Iyer",
    "Chattopadhyay",
    "Kaur",
    "Singh",
    "Patel",
    "Bhattacharya",
    "de Souza",
];
pub(crate) const AFRICAN: &[&str] =
    &["Okonkwo", "Nwachukwu-Adebayo", "Mwangi", "N'Diaye", "Tshabalala", "Wolde-Giorgis", "Ọláníyan|Olaniyan", "Abebe"];
pub(crate) const PACIFIC: &[&str] = &[
    "Kealiʻikanakaʻoleohaililani|Kealiikanakaoleohaililani",
    "Kahananui",
    "Faʻasavalu|Faasavalu",
    "Tuiasosopo",
    "Māhoe|Mahoe",
];
pub(crate) const IRISH: &[&str] = &[
    "Ó Súilleabháin|O Suilleabhain",
    "Ní Dhomhnaill|Ni Dhomhnaill",
    "Mac Giolla Bhríde|Mac Giolla Bhride",
    "O'Brien",
    "Kehoe-Byrne",
];
pub(crate) const TURKISH: &[&str] =
    &["Yıldırım|Yildirim", "Çelik|Celik", "Şahin|Sahin", "Öztürk|Ozturk", "Kılıçdağı|Kilicdagi"];
