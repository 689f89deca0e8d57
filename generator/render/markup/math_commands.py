"""TeX by name: every command, environment and colour a formula may use, and how many arguments it takes.

A command that is not here is refused before math-core sees it: one that takes arguments we do not
count, or that math-core reads in exponential time (`\\mathchoice`), must not slip through.
"""

from __future__ import annotations

from collections.abc import Iterable

from generator.errors import did_you_mean

KNOWN = frozenset(
    f"\\{name}"
    for name in """
AA aa acute AE ae alef alefsym aleph Alpha alpha amalg And angle angln approx approxcolon approxcoloncolon approxeq
arccos arcctg arceq arcsin arctan arctg arg argmax argmin ascnode ast asymp atop awint backepsilon backprime backsim
backsimeq backslash bar barwedge Bbb Bbbk bcancel because Beta beta beth between bf Big big bigcap bigcirc bigcup
bigcupdot bigdoublevee bigdoublewedge Bigg bigg Biggl biggl Biggm biggm Biggr biggr Bigl bigl Bigm bigm bigodot
bigoplus bigotimes Bigr bigr bigsqcap bigsqcup bigstar bigtimes bigtriangledown bigtriangleup biguplus bigvee
bigwedge binom blacklozenge blacksquare blacktriangle blacktriangledown blacktriangleleft blacktriangleright bm bmod
bold boldsymbol bot botdoteq bowtie Box boxdot boxed boxminus boxplus boxtimes Bra bra brace brack Braket braket
breve bull bullet Bumpeq bumpeq c cal cancel Cap cap cdot cdotp cdots cfrac ch check checkmark Chi chi choose circ
circeq circlearrowleft circlearrowright circledast circledcirc circleddash circledR circledS cirfnint clubs clubsuit
cnums colon Colonapprox colonapprox coloncolon coloncolonapprox coloncolonequals coloncolonminus coloncolonsim
Colondash colondash Coloneq coloneq Coloneqq coloneqq colonequals colonminus Colonsim colonsim color complement
Complex cong coprod copyright cos cosec cosh cot cotg coth cramped csc ctg cth Cup cup curlyeqprec curlyeqsucc
curlyvee curlywedge curvearrowleft curvearrowright dag Dagger dagger daleth Darr dArr darr Dashcolon dashcolon
dashleftarrow dashrightarrow dashv dbinom dblcolon ddag ddagger ddddot dddot ddot ddots deg degree Delta delta det
dfrac diagdown diagup Diamond diamond diamonds diamondsuit digamma dim displaystyle div divideontimes dot Doteq
doteq doteqdot dotplus dots dotsminusdots doublebarwedge doublecap doublecup Downarrow downarrow downdownarrows
downharpoonleft downharpoonright ell emph empty emptyset enspace Epsilon epsilon eqcirc Eqcolon eqcolon eqdef
Eqqcolon eqqcolon eqsim eqslantgtr eqslantless equalscolon equalscoloncolon equiv erf erfc Eta eta eth exist exists
exp fallingdotseq fbox fcmp fint Finv flat forall frac frak frown Game Gamma gamma gcd ge genfrac geq geqq geqslant
gets gg ggg gggtr gimel gnapprox gneq gneqq gnsim grave gt gtrapprox gtrdot gtreqless gtreqqless gtrless gtrsim
gvertneqq H Harr hArr harr hat hbar hdashline hearts heartsuit hline hom hookleftarrow hookrightarrow hphantom
hskip hslash hspace i iddots idotsint iff iiiint iiint iint Im image imageof imath impliedby implies in inf infin infty
injlim int intBar intbar intclockwise intercal Iota iota isin it j jmath Join Kappa kappa ker kern kernelcontraction
Ket ket L l Lambda lambda land lang lAngle langle Larr lArr larr lBrace lbrace lbrack lceil ldotp ldots le leadsto
Leftarrow leftarrow leftarrowtail leftharpoondown leftharpoonup leftleftarrows Leftrightarrow leftrightarrow
leftrightarrows leftrightharpoons leftrightsquigarrow leftthreetimes leq leqq leqslant lessapprox lessdot lesseqgtr
lesseqqgtr lessgtr lesssim lfloor lg lgroup lhd lightning lim liminf limits limsup ll llangle llbracket llcorner
Lleftarrow lll llless llparenthesis lmoustache ln lnapprox lneq lneqq lnot lnsim log Longleftarrow longleftarrow
Longleftrightarrow longleftrightarrow longmapsto Longrightarrow longrightarrow looparrowleft looparrowright lor
lozenge lparen lq Lrarr lrArr lrarr lrcorner Lsh lt ltimes lVert lvert lvertneqq maltese mapsto mathbb mathbf
mathbin mathcal mathclose mathfrak mathinner mathit mathop mathopen mathord mathpunct mathrel mathring mathrm
mathscr mathsf mathstrut mathtt max measeq measuredangle medspace mho mid middle min minuscolon minuscoloncolon
minuso mkern mod models mp mskip mspace Mu mu multimap N nabla natnums natural ncong ne nearrow neg negmedspace
negthickspace negthinspace neq nequiv newline nexists ngeq ngeqq ngeqslant ngtr ngtrless ngtrsim ni nLeftarrow
nleftarrow nLeftrightarrow nleftrightarrow nleq nleqq nleqslant nless nlessgt nlesssim nmid nobreakspace nolimits
not notin notni nparallel nprec npreceq nRightarrow nrightarrow nsim nsubset nsubseteq nsubseteqq nsucc nsucceq
nsupset nsupseteq nsupseteqq ntriangleleft ntrianglelefteq ntriangleright ntrianglerighteq Nu nu nVDash nVdash
nvDash nvdash nwarrow O o odot OE oe oiiint oiint oint ointctrclockwise Omega omega Omicron omicron ominus
operatorname operatornamewithlimits oplus origof oslash otimes over overbrace overbracket overgroup overleftarrow
overleftharpoon overleftrightarrow overline overparen Overrightarrow overrightarrow overrightharpoon overset owns P
parallel partial perp phantom Phi phi Pi pi pitchfork plim plusmn pm pmod pod pounds Pr prec precapprox preccurlyeq
preceq precnapprox precneqq precnsim precsim prescript prime prod projlim propto Psi psi qquad quad questeq R r
raisebox rang rAngle rangle Rarr rArr rarr ratio rBrace rbrace rbrack rceil Re real Reals reals relax restriction
rfloor rgroup rhd Rho rho Rightarrow rightarrow rightarrowtail rightharpoondown rightharpoonup rightleftarrows
rightleftharpoons rightrightarrows rightsquigarrow rightthreetimes risingdotseq rm rmoustache rparen rq rrangle
rrbracket Rrightarrow rrparenthesis Rsh rtimes rupee rVert rvert S scriptscriptstyle scriptstyle searrow sec sect
Set set setminus sf sh sharp sideset Sigma sigma sim Simcolon simcolon simcoloncolon simeq sin sinh slashed smile
sout space spades spadesuit sphericalangle sqcap sqcup sqrt sqsubset sqsubseteq sqsupset sqsupseteq square ss
stackrel star stareq sub sube Subset subset subseteq subseteqq subsetneq subsetneqq succ succapprox succcurlyeq
succeq succnapprox succneqq succnsim succsim sum sumint sup supe Supset supset supseteq supseteqq supsetneq
supsetneqq surd swarrow symbf tan tanh Tau tau tbinom text textasciicircum textasciitilde textbackslash textbar
textbardbl textbf textbraceleft textbraceright textcolor textdagger textdaggerdbl textdegree textdollar textellipsis
textemdash textendash textgreater textit textless textquotedblleft textquotedblright textquoteleft textquoteright
textregistered textrm textsc textsf textsterling textstyle texttt textunderscore textyen tfrac tg th therefore Theta
theta thetasym thickspace thinspace tilde times to top triangle triangledown triangleleft trianglelefteq triangleq
triangleright trianglerighteq tt twoheadleftarrow twoheadrightarrow u Uarr uArr uarr ulcorner underbar underbrace
underbracket undergroup underleftarrow underleftrightarrow underline underparen underrightarrow underset unlhd unrhd
Uparrow uparrow Updownarrow updownarrow upharpoonleft upharpoonright uplus Upsilon upsilon upuparrows urcorner
utilde v varDelta varepsilon varGamma varkappa varLambda varnothing varointclockwise varOmega varPhi varphi varPi
varpi varPsi varrho varSigma varsigma varsubsetneq varsubsetneqq varsupsetneq varsupsetneqq varTheta vartheta
vartriangle vartriangleleft vartriangleright varUpsilon varXi vcentcolon VDash Vdash vDash vdash vdots vec vee
veebar veeeq Vert vert vphantom Vvdash wedge wedgeq weierp widecheck widehat widetilde wp wr xcancel xhookleftarrow
xhookrightarrow Xi xi xLeftarrow xleftarrow xleftharpoondown xleftharpoonup xLeftrightarrow xleftrightarrow
xleftrightharpoons xlongequal xmapsto xRightarrow xrightarrow xrightharpoondown xrightharpoonup xrightleftharpoons
xtofrom xtwoheadleftarrow xtwoheadrightarrow yen Yleft Yright Z Zeta zeta
""".split()
) | {f"\\{symbol}" for symbol in ",:;!> {}|$%#&_\\'`^\"~=."}

# Commands by what follows them; `[…]` may come before that in those of OPTIONAL.
ONE_ARGUMENT = frozenset(
    f"\\{name}"
    for name in """
Bbb Bra Braket Ket Overrightarrow Set acute bar bcancel bm bold boldsymbol boxed bra braket breve cancel check
cramped ddddot dddot ddot dot frak grave hat hphantom ket mathbb mathbf mathbin mathcal mathclose mathfrak mathinner
mathit mathop mathopen mathord mathpunct mathrel mathring mathrm mathscr mathsf mathtt overbrace overbracket
overgroup overleftarrow overleftharpoon overleftrightarrow overline overparen overrightarrow overrightharpoon
phantom pmod pod set slashed sqrt symbf tilde underbar underbrace underbracket undergroup underleftarrow
underleftrightarrow underline underparen underrightarrow utilde vec vphantom widecheck widehat widetilde xLeftarrow
xLeftrightarrow xRightarrow xcancel xhookleftarrow xhookrightarrow xleftarrow xleftharpoondown xleftharpoonup
xleftrightarrow xleftrightharpoons xlongequal xmapsto xrightarrow xrightharpoondown xrightharpoonup
xrightleftharpoons xtofrom xtwoheadleftarrow xtwoheadrightarrow
""".split()
) | {"^", "_"}
TWO_ARGUMENTS = frozenset(
    f"\\{name}" for name in "binom cfrac dbinom dfrac frac overset stackrel tbinom tfrac underset".split()
)
ARGUMENTS = (
    dict.fromkeys(ONE_ARGUMENT, 1) | dict.fromkeys(TWO_ARGUMENTS, 2) | {"\\prescript": 3, "\\sideset": 2, "\\not": 1}
)
OPTIONAL = {"\\sqrt"} | {name for name in ONE_ARGUMENT if name.startswith("\\x") and name not in {"\\xcancel"}}
TEXT = frozenset({"\\text", "\\textbf", "\\textit", "\\textrm", "\\textsc", "\\textsf", "\\texttt", "\\emph", "\\fbox"})
SIZES = {
    f"\\{size}{side}": height
    for size, height in (("big", "1.2em"), ("Big", "1.623em"), ("bigg", "2.047em"), ("Bigg", "2.47em"))
    for side in ("", "l", "m", "r")
}

# Delimiters that math-core looks for the end of, with what they look like.
OPENING = {
    **{character: character for character in "([⌈⌊⌜⌞⎰❲⟅⟦⟨⟪⟬⟮⦃⦅⦇⦉⦋⦍⦏⦑⦓⦕⦗⧘⧚⧼"},
    "\\{": "{",
    "\\lbrace": "{",
    "\\lBrace": "⦃",
    "\\lbrack": "[",
    "\\lparen": "(",
    "\\lceil": "⌈",
    "\\lfloor": "⌊",
    "\\lgroup": "⟮",
    "\\lmoustache": "⎰",
    "\\langle": "⟨",
    "\\lang": "⟨",
    "\\llangle": "⟪",
    "\\lAngle": "⟪",
    "\\llbracket": "⟦",
    "\\llparenthesis": "⦇",
    "\\ulcorner": "⌜",
    "\\llcorner": "⌞",
    "\\lvert": "|",
    "\\lVert": "‖",
}
CLOSING = frozenset(")]⌉⌋⌝⌟⎱❳⟆⟧⟩⟫⟭⟯⦄⦆⦈⦊⦌⦎⦐⦒⦔⦖⦘⧙⧛⧽") | {
    "\\}",
    *(
        f"\\{name}"
        for name in "rAngle rBrace rVert rang rangle rbrace rbrack rceil rfloor rgroup rrangle rrbracket lrcorner "
        "rrparenthesis rmoustache rparen rvert urcorner".split()
    ),
}

# Numbered row by row, or as a whole; each has a starred form without numbers.
ROWS = frozenset({"align", "alignat", "flalign", "gather", "eqnarray"})
WHOLE = frozenset({"equation", "multline"})
NUMBERED = ROWS | WHOLE
STARRED = frozenset(f"{name}*" for name in NUMBERED)
SMALL = {
    "smallmatrix": "matrix",
    "psmallmatrix": "pmatrix",
    "bsmallmatrix": "bmatrix",
    "Bsmallmatrix": "Bmatrix",
    "vsmallmatrix": "vmatrix",
    "Vsmallmatrix": "Vmatrix",
}
FENCES = {
    "matrix": (".", "."),
    "pmatrix": ("(", ")"),
    "bmatrix": ("[", "]"),
    "Bmatrix": ("\\{", "\\}"),
    "vmatrix": ("|", "|"),
    "Vmatrix": ("\\|", "\\|"),
}
ENVIRONMENTS = (
    NUMBERED
    | STARRED
    | SMALL.keys()
    | FENCES.keys()
    | {f"{name}*" for name in FENCES}
    | {"aligned", "alignedat", "gathered", "split", "array", "darray", "subarray"}
    | {"cases", "dcases", "rcases", "drcases"}
)
COLOURS = """
Apricot Aquamarine Bittersweet Black Blue BlueGreen BlueViolet BrickRed Brown BurntOrange CadetBlue CarnationPink
Cerulean CornflowerBlue Cyan Dandelion DarkOrchid Emerald ForestGreen Fuchsia Goldenrod Gray Green GreenYellow
JungleGreen Lavender LimeGreen Magenta Mahogany Maroon Melon MidnightBlue Mulberry NavyBlue OliveGreen Orange
OrangeRed Orchid Peach Periwinkle PineGreen Plum ProcessBlue Purple RawSienna Red RedOrange RedViolet Rhodamine
RoyalBlue RoyalPurple RubineRed Salmon SeaGreen Sepia SkyBlue SpringGreen Tan TealBlue Thistle Turquoise Violet
VioletRed White WildStrawberry Yellow YellowGreen YellowOrange black blue brown cyan darkgray gray green lightgray
lime magenta olive orange pink purple red teal violet white yellow
""".split()
MOST_SUGGESTIONS = 20  # of one page; looking for near names in a thousand takes a millisecond


class Suggestions:
    """Offers near names for the first mistakes of a page."""

    def __init__(self) -> None:
        self._left = MOST_SUGGESTIONS

    def near(self, word: str, names: Iterable[str]) -> str:
        """Return a hint that names the nearest of `names`, or nothing."""
        self._left -= 1
        return did_you_mean(word, sorted(names)) if self._left >= 0 else ""
