//! The made-up clinicians of every system. The first one is the person whom the announcement names.

/// Somebody who works on cases. License numbers are made up and say so.
#[derive(Debug)]
pub(crate) struct Clinician {
    pub(crate) id: &'static str,
    pub(crate) first: &'static str,
    pub(crate) last: &'static str,
    pub(crate) title: Option<&'static str>,
    pub(crate) title_suffix: Option<&'static str>,
    pub(crate) email: &'static str,
    pub(crate) npi: Option<&'static str>,
    pub(crate) dea: Option<&'static str>,
}

const fn clinician(
    id: &'static str,
    first: &'static str,
    last: &'static str,
    title: &'static str,
    email: &'static str,
    npi: &'static str,
) -> Clinician {
    Clinician { id, first, last, title: Some(title), title_suffix: None, email, npi: Some(npi), dea: None }
}

/// Twelve of them. Ids look like the ids of an identity provider, not like UUIDs: the document says "UserId", not "UUID".
pub(crate) static CLINICIANS: [Clinician; 12] = [
    Clinician {
        dea: Some("XX0000001"),
        title_suffix: Some("FACP"),
        ..clinician(
            "usr-Kd81hTzQm3Wv0001",
            "Miriam",
            "Osei-Lindqvist",
            "MD",
            "miriam.osei-lindqvist@example.org",
            "0000000001",
        )
    },
    Clinician {
        dea: Some("XX0000002"),
        ..clinician("usr-pR77cYbNq2Le0002", "Tobias", "Brandt", "MD", "tobias.brandt@example.org", "0000000002")
    },
    clinician("usr-aZ42mGxVt9Hs0003", "Priya", "Raghunathan", "DO", "priya.raghunathan@example.org", "0000000003"),
    clinician("usr-Wq19dJkRf6Uo0004", "Seán", "O'Dálaigh", "MD", "sean.odalaigh@example.org", "0000000004"),
    clinician("usr-Ln53sPeXc8Ia0005", "Oksana", "Hrytsenko", "MD", "oksana.hrytsenko@example.org", "0000000005"),
    clinician(
        "usr-Ty60vBuMw1Kz0006",
        "Marisol",
        "Quiroga de la Vega",
        "NP",
        "marisol.quiroga@example.org",
        "0000000006",
    ),
    Clinician {
        title_suffix: Some("PhD"),
        ..clinician("usr-Gh25nCiDo4Qf0007", "Wei-Lin", "Chao", "MD", "wei-lin.chao@example.org", "0000000007")
    },
    clinician("usr-Ej98rAtZp7Xs0008", "Amadou", "Diallo", "PA", "amadou.diallo@example.org", "0000000008"),
    clinician("usr-Vb31kUlYe5Nm0009", "Hannah", "Weiss", "MD", "hannah.weiss@example.org", "0000000009"),
    Clinician {
        npi: None,
        title: None,
        ..clinician("usr-Sx86gFwHa2Rd0010", "Leila", "Haddad", "", "leila.haddad@example.org", "")
    },
    clinician("usr-Cm44oTqJi9Bv0011", "Jonas", "Þorvaldsson", "DO", "jonas.thorvaldsson@example.org", "0000000011"),
    clinician("usr-Uf17yNhLk3Gw0012", "Grace", "Adeyemi", "NP", "grace.adeyemi@example.org", "0000000012"),
];
