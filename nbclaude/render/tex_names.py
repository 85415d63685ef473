"""The names that typeset: every other command or environment of a formula is shown as source.

MathJax is a program that the answer's author would be writing, and what it defines or sets holds for the whole notebook page,
whatever braces stand around it. A list of what is refused would always miss a name, so this is a list of what is allowed. The
names are those of the packages that JupyterLab, Notebook and nbconvert's HTML load (MathJax 3 "AllPackages", MathJax 2
"TeX-AMS_CHTML-full"), without the ones that define, load, link, style or name,
and without three whose errors stop the typesetting of everything else in the output (numcases, subnumcases, vdotswithin).
"""

from __future__ import annotations

import re

__all__ = [
    "COMMANDS",
    "COUNTED",
    "DOUBLING",
    "ENVIRONMENTS",
    "LOADED",
    "NEVER_MACROS",
    "SWITCHES",
    "TAKES_DIMENSIONS",
    "TAKES_NUMBER",
]


_COMMENT = re.compile(r"#.*")


def _names(table: str) -> frozenset[str]:
    return frozenset(_COMMENT.sub("", table).split())


COMMANDS = _names(
    """
    # TeX and LaTeX
    lt gt lmoustache rmoustache lgroup rgroup arrowvert Arrowvert bracevert Vert vert uparrow downarrow updownarrow
    Uparrow Downarrow Updownarrow backslash rangle langle rbrace lbrace rceil lceil rfloor lfloor lbrack rbrack
    displaystyle textstyle scriptstyle scriptscriptstyle rm mit oldstyle cal it bf bbFont scr frak sf tt mathrm mathup
    mathnormal mathbf mathbfup mathit mathbfit mathbb Bbb mathfrak mathbffrak mathscr mathbfscr mathsf mathsfup mathbfsf
    mathbfsfup mathsfit mathbfsfit mathtt mathcal mathbfcal symrm symup symnormal symbf symbfup symit symbfit symbb
    symfrak symbffrak symscr symbfscr symsf symsfup symbfsf symbfsfup symsfit symbfsfit symtt symcal symbfcal textrm
    textup textnormal textit textbf textsf texttt tiny Tiny scriptsize small normalsize large Large LARGE huge Huge
    arcsin arccos arctan arg cos cosh cot coth csc deg det dim exp gcd hom inf ker lg lim liminf limsup ln log max min
    Pr sec sin sinh sup tan tanh limits nolimits overline underline overbrace underbrace overparen underparen
    overrightarrow underrightarrow overleftarrow underleftarrow overleftrightarrow underleftrightarrow overset underset
    overunderset stackrel stackbin over overwithdelims atop atopwithdelims above abovewithdelims brace brack choose frac
    sqrt root uproot leftroot left right middle llap rlap raise lower moveleft moveright enspace quad qquad thinspace
    negthinspace hskip hspace kern mskip mspace mkern rule Rule Space nonscript big Big bigg Bigg bigl Bigl biggl Biggl
    bigr Bigr biggr Biggr bigm Bigm biggm Biggm mathord mathop mathopen mathclose mathbin mathrel mathpunct mathinner
    vcenter buildrel hbox text mbox fbox boxed framebox strut mathstrut phantom vphantom hphantom smash acute grave ddot
    tilde bar breve check hat vec dot widetilde widehat matrix array pmatrix cases eqalign displaylines cr newline hline
    hdashline eqalignno leqalignno hfill hfil hfilll bmod pmod mod pod iff skew pmb TeX LaTeX not dots space begin end
    ref nonumber mathchoice alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi omicron pi rho
    sigma tau upsilon phi chi psi omega varepsilon vartheta varpi varrho varsigma varphi S aleph hbar imath jmath ell wp
    Re Im partial infty prime emptyset nabla top bot angle triangle forall exists neg lnot flat natural sharp clubsuit
    diamondsuit heartsuit spadesuit surd coprod bigvee bigwedge biguplus bigcap bigcup int intop iint iiint prod sum
    bigotimes bigoplus bigodot oint bigsqcup smallint triangleleft triangleright bigtriangleup bigtriangledown wedge
    land vee lor cap cup ddagger dagger sqcap sqcup uplus amalg diamond bullet wr div divsymbol odot oslash otimes
    ominus oplus mp pm circ bigcirc setminus cdot ast times star propto sqsubseteq sqsupseteq parallel mid dashv vdash
    leq le geq ge succ prec approx succeq preceq supset subset supseteq subseteq in ni notin owns gg ll sim simeq perp
    equiv asymp smile frown ne neq cong doteq bowtie models Leftrightarrow Leftarrow Rightarrow leftrightarrow leftarrow
    gets rightarrow to mapsto leftharpoonup leftharpoondown rightharpoonup rightharpoondown nearrow searrow nwarrow
    swarrow rightleftharpoons hookrightarrow hookleftarrow longleftarrow Longleftarrow longrightarrow Longrightarrow
    Longleftrightarrow longleftrightarrow longmapsto ldots cdots vdots ddots dotsc dotsb dotsm dotsi dotso ldotp cdotp
    colon Gamma Delta Theta Lambda Xi Pi Sigma Upsilon Phi Psi Omega And
    # amsmath and amssymb
    ulcorner urcorner llcorner lrcorner lvert rvert lVert rVert digamma varkappa varGamma varDelta varTheta varLambda
    varXi varPi varSigma varUpsilon varPhi varPsi varOmega beth gimel daleth backprime hslash varnothing blacktriangle
    triangledown blacktriangledown square Box blacksquare lozenge Diamond blacklozenge circledS bigstar sphericalangle
    measuredangle nexists complement mho eth Finv diagup Game diagdown Bbbk yen circledR checkmark maltese dotplus
    ltimes smallsetminus rtimes Cap doublecap leftthreetimes Cup doublecup rightthreetimes barwedge curlywedge veebar
    curlyvee doublebarwedge boxminus circleddash boxtimes circledast boxdot circledcirc boxplus centerdot divideontimes
    intercal leqq geqq leqslant geqslant eqslantless eqslantgtr lesssim gtrsim lessapprox gtrapprox approxeq lessdot
    gtrdot lll llless ggg gggtr lessgtr gtrless lesseqgtr gtreqless lesseqqgtr gtreqqless doteqdot Doteq eqcirc
    risingdotseq circeq fallingdotseq triangleq backsim thicksim backsimeq thickapprox subseteqq supseteqq Subset Supset
    sqsubset sqsupset preccurlyeq succcurlyeq curlyeqprec curlyeqsucc precsim succsim precapprox succapprox
    vartriangleleft lhd vartriangleright rhd trianglelefteq unlhd trianglerighteq unrhd vDash Vdash Vvdash smallsmile
    shortmid smallfrown shortparallel bumpeq between Bumpeq pitchfork varpropto backepsilon blacktriangleleft
    blacktriangleright therefore because eqsim vartriangle Join nless ngtr nleq ngeq nleqslant ngeqslant nleqq ngeqq
    lneq gneq lneqq gneqq lvertneqq gvertneqq lnsim gnsim lnapprox gnapprox nprec nsucc npreceq nsucceq precneqq
    succneqq precnsim succnsim precnapprox succnapprox nsim ncong nshortmid nshortparallel nmid nparallel nvdash nvDash
    nVdash nVDash ntriangleleft ntriangleright ntrianglelefteq ntrianglerighteq nsubseteq nsupseteq nsubseteqq
    nsupseteqq subsetneq supsetneq varsubsetneq varsupsetneq subsetneqq supsetneqq varsubsetneqq varsupsetneqq
    leftleftarrows rightrightarrows leftrightarrows rightleftarrows Lleftarrow Rrightarrow twoheadleftarrow
    twoheadrightarrow leftarrowtail rightarrowtail looparrowleft looparrowright leftrightharpoons curvearrowleft
    curvearrowright circlearrowleft circlearrowright Lsh Rsh upuparrows downdownarrows upharpoonleft upharpoonright
    downharpoonleft restriction multimap downharpoonright leftrightsquigarrow rightsquigarrow leadsto dashrightarrow
    dashleftarrow nleftarrow nrightarrow nLeftarrow nRightarrow nleftrightarrow nLeftrightarrow implies impliedby iiiint
    mathring nobreakspace negmedspace negthickspace idotsint dddot ddddot sideset tag notag eqref substack injlim
    projlim varliminf varlimsup varinjlim varprojlim operatorname genfrac tfrac dfrac binom tbinom dbinom cfrac
    shoveleft shoveright xrightarrow xleftarrow
    # boldsymbol
    boldsymbol
    # braket
    bra ket braket set Bra Ket Braket Set ketbra Ketbra
    # bussproofs
    AxiomC UnaryInfC BinaryInfC TrinaryInfC QuaternaryInfC QuinaryInfC RightLabel LeftLabel AXC UIC BIC TIC RL LL noLine
    singleLine solidLine dashedLine alwaysNoLine alwaysSingleLine alwaysSolidLine alwaysDashedLine rootAtTop
    alwaysRootAtTop rootAtBottom alwaysRootAtBottom fCenter Axiom UnaryInf BinaryInf TrinaryInf QuaternaryInf QuinaryInf
    # cancel
    cancel bcancel xcancel cancelto
    # centernot
    centerOver centernot
    # color
    color textcolor colorbox fcolorbox
    # colortbl
    cellcolor rowcolor columncolor
    # empheq
    empheqlbrace empheqrbrace empheqlbrack empheqrbrack empheqlangle empheqrangle empheqlparen empheqrparen empheqlvert
    empheqrvert empheqlVert empheqrVert empheqlfloor empheqrfloor empheqlceil empheqrceil empheqbiglbrace
    empheqbigrbrace empheqbiglbrack empheqbigrbrack empheqbiglangle empheqbigrangle empheqbiglparen empheqbigrparen
    empheqbiglvert empheqbigrvert empheqbiglVert empheqbigrVert empheqbiglfloor empheqbigrfloor empheqbiglceil
    empheqbigrceil empheql empheqr empheqbigl empheqbigr
    # enclose
    enclose
    # extpfeil
    xtwoheadrightarrow xtwoheadleftarrow xmapsto xlongequal xtofrom
    # gensymb
    ohm degree celsius perthousand micro
    # mathtools
    lparen rparen xleftrightarrow xLeftarrow xRightarrow xLeftrightarrow xhookleftarrow xhookrightarrow
    xrightharpoondown xleftharpoondown xrightleftharpoons xrightharpoonup xleftharpoonup xleftrightharpoons mathllap
    mathrlap mathclap clap textllap textrlap textclap cramped crampedllap crampedrlap crampedclap crampedsubstack
    mathmbox mathmakebox overbracket underbracket refeq MoveEqLeft Aboxed ArrowBetweenLines shortvdotswithin
    MTFlushSpaceAbove MTFlushSpaceBelow centercolon ordinarycolon MTThinColon coloneqq Coloneqq coloneq Coloneq eqqcolon
    Eqqcolon eqcolon Eqcolon colonapprox Colonapprox colonsim Colonsim dblcolon nuparrow ndownarrow bigtimes splitfrac
    splitdfrac prescript adjustlimits
    # mhchem
    bond ca ce pu longrightleftharpoons longRightleftharpoons longLeftrightharpoons longleftrightarrows tripledash
    xRightleftharpoons xLeftrightharpoons
    # textcomp
    textasciicircum textasciitilde textasteriskcentered textbackslash textbar textbraceleft textbraceright textbullet
    textdagger textdaggerdbl textellipsis textemdash textendash textexclamdown textgreater textless textordfeminine
    textordmasculine textparagraph textperiodcentered textquestiondown textquotedblleft textquotedblright textquoteleft
    textquoteright textsection textunderscore textvisiblespace textacutedbl textasciiacute textasciibreve textasciicaron
    textasciidieresis textasciimacron textgravedbl texttildelow textbaht textcent textcolonmonetary textcurrency
    textdollar textdong texteuro textflorin textguarani textlira textnaira textpeso textsterling textwon textyen
    textcircledP textcompwordmark textcopyleft textcopyright textregistered textservicemark texttrademark textbardbl
    textbigcircle textblank textbrokenbar textdiscount textestimated textinterrobang textinterrobangdown textmusicalnote
    textnumero textopenbullet textpertenthousand textperthousand textrecipe textreferencemark textlangle textrangle
    textlbrackdbl textrbrackdbl textlquill textrquill textcelsius textdegree textdiv textdownarrow textfractionsolidus
    textleftarrow textlnot textmho textminus textmu textohm textonehalf textonequarter textonesuperior textpm
    textrightarrow textsurd textthreequarters textthreesuperior texttimes texttwosuperior textuparrow textborn textdied
    textdivorced textmarried textcentoldstyle textdollaroldstyle textzerooldstyle textoneoldstyle texttwooldstyle
    textthreeoldstyle textfouroldstyle textfiveoldstyle textsixoldstyle textsevenoldstyle texteightoldstyle
    textnineoldstyle
    # upgreek
    upalpha upbeta upgamma updelta upepsilon upzeta upeta uptheta upiota upkappa uplambda upmu upnu upxi upomicron uppi
    uprho upsigma uptau upupsilon upphi upchi uppsi upomega upvarepsilon upvartheta upvarpi upvarrho upvarsigma upvarphi
    Upgamma Updelta Uptheta Uplambda Upxi Uppi Upsigma Upupsilon Upphi Uppsi Upomega
    # verb
    verb
    # unicode
    unicode
    # bbox
    bbox
    # text: MathJax 3 shows these as they are written, MathJax 4 typesets them
    emph textmd textsc textsl AA AE H L O OE aa ae b c d i j k l o oe r ss t u v
    """
)

ENVIRONMENTS = _names(
    """
    array equation eqnarray equation* eqnarray* align align* multline multline* split gather gather* alignat alignat*
    alignedat aligned gathered xalignat xalignat* xxalignat flalign flalign* subarray smallmatrix matrix pmatrix bmatrix
    Bmatrix vmatrix Vmatrix cases CD prooftree empheq dcases rcases drcases dcases* rcases*
    drcases* cases* matrix* pmatrix* bmatrix* Bmatrix* vmatrix* Vmatrix* smallmatrix* psmallmatrix psmallmatrix*
    bsmallmatrix bsmallmatrix* Bsmallmatrix Bsmallmatrix* vsmallmatrix vsmallmatrix* Vsmallmatrix Vsmallmatrix*
    crampedsubarray multlined spreadlines lgathered rgathered
    """
)

# Packages that the front ends have loaded already: asking for one of them changes nothing.
LOADED = _names(
    """
    ams amscd amsmath amssymb bbox boldsymbol braket bussproofs cancel cases centernot color colortbl empheq enclose
    extpfeil gensymb mathtools mhchem noundefined textcomp unicode upgreek verb
    """
)

# MathJax typesets what these hold twice, so within one another they cost twice as much each.
DOUBLING = _names(
    """
    adjustlimits centerOver centernot overbracket pmb underbracket
    """
)

# These hold for the rest of the group, which MathJax nests in them.
SWITCHES = _names(
    """
    displaystyle textstyle scriptstyle scriptscriptstyle rm mit oldstyle cal it bf bbFont scr frak sf tt tiny Tiny
    scriptsize small normalsize large Large LARGE huge Huge color over atop above brack brace choose not
    """
)

# A length follows, among the first arguments.
TAKES_DIMENSIONS = _names(
    r"""
    hskip hspace kern mkern mskip mspace raise lower moveleft moveright rule Rule Space above abovewithdelims genfrac
    framebox mathmakebox \
    """
)

# A number follows that multiplies a length.
TAKES_NUMBER = _names(
    """
    skew uproot leftroot MoveEqLeft
    """
)

# Environments whose arguments may hold a number of columns or a length.
COUNTED = _names(
    """
    array alignat alignat* alignedat xalignat xalignat* xxalignat subarray crampedsubarray spreadlines multlined
    """
)

# What front ends give a meaning that is not to typeset; nobody can mean these as macros of their own.
NEVER_MACROS = _names(
    """
    def gdef edef xdef let futurelet global long outer newcommand renewcommand providecommand newenvironment
    renewenvironment DeclareMathOperator DeclarePairedDelimiter DeclarePairedDelimiterX DeclarePairedDelimiterXPP
    DeclarePairedDelimiters DeclarePairedDelimitersX DeclarePairedDelimitersXPP Newextarrow newtagform renewtagform
    usetagform mathtoolsset definecolor require setOptions href url class style cssId data mmlToken toggle mathtip
    texttip tooltip action label begingroup endgroup csname endcsname input include includegraphics usepackage htmlData
    htmlId htmlClass htmlStyle minCDarrowwidth minCDarrowheight xmathstrut newcolumntype
    """
)
