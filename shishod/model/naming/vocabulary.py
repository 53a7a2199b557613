"""Words that tell people, shelves and copies from titles: the tables that the grammars of names ask."""


def words_in(text: str) -> frozenset[str]:
    """A set written as lines of words."""
    return frozenset(text.split())


# The endings of files that are books, heard, read or seen, or packed.
ENDINGS = words_in(
    """
    7z aac aax aaxc avi azw azw3 azw4 cb7 cbr cbt cbz djv djvu doc docx epub fb2 fbz flac htm html kepub kf8 lit
    lrf m4a m4b m4v mka mkv mobi mov mp3 mp4 odt oga ogg opus pdb pdf prc rar rtf tar txt wav webm wma zip
    """
)
# What stands before the number of a comic: of its volumes, of its chapters, and of its issues.
BANDS = r"band|bd|tomo|volumen|deel|libro|księga|díl|том"
CHAPTERS = r"kapitel|chapitre|cap[ií]tulo|capitolo|hoofdstuk|rozdział|kapitola|глава"
ISSUES = r"issue|no\.|nr\.?|n[.°º]|num[.]?|heft|prog|part|pt\.?"
MONTH = "|".join(
    words_in(
        """
        january february march april may june july august september october november december januar jänner februar
        märz mai juni juli oktober dezember janvier février mars avril juin juillet août septembre octobre novembre
        décembre enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre gennaio
        febbraio aprile maggio giugno luglio settembre ottobre dicembre jan feb mar mär apr jun jul aug sep sept oct
        okt nov dec dez
        """
    )
)
# What stands before the name of who reads aloud.
READ_BY = (
    r"(?:(?:read|narrated|performed) by|(?:gelesen|gesprochen) von|lu par|leído por|narrado por|lido por|letto da"
    r"|(?:sprecher(?:in)?|erzähler(?:in)?|narrador|читает):?|voorgelezen door|läst av|czyta)"
)
# Given names that are common where books are written. They settle on which side of a dash the author is, no more.
GIVEN = words_in(
    """
    aaron abigail adam adrian agatha ahmed aisha akira alain alan albert aldous alejandro alex alexander
    alexandre alexei alfred ali alice alison allen amanda amy ana anders andre andrea andreas andrei andrew
    andrzej andré andrés andy angela anita ann anna anne annie anthony antoine anton antonio ariel arjun arthur
    arundhati astrid audrey august augusten ayn barbara beatrix becky ben benjamin bernard bernhard beth betty
    bill björn blake bob bohumil boris brad bram brandon brenda brent brian bruce bryan camille carl carlos
    carol caroline carrie catherine cecilia celeste charles charlie charlotte cheryl chimamanda chinua chloe
    chloë chris christian christina christine christopher chuck cixin claire clare claude clive colin colleen
    conn connie corey cory craig cynthia dale dan daniel danielle daphne darren dave david dean deborah delia
    denis dennis derek diana diane dick dmitri dmitry don donald donna dorothy doug douglas duncan dylan ed
    edgar edith eduardo edward edwin eileen elara eleanor elena elif elizabeth ella ellen ellis elmore emil
    emile emily emma erica erich erik erin ernest ernst esther ethan eugene eva evelyn fatima felix fernando
    fiona flannery frances francis francois frank frankie franz françois fred frederick friedrich frédéric
    fyodor gabriel gail gary gene geoffrey george georges gerald gillian gina giovanni glen gordon grace graham
    greg gregory guillermo gunter gustav guy günter günther hannah hans harlan harold harper harriet harry
    haruki hassan heather heinrich helen henning henrik henry herbert herman hermann hilary hiroshi holly homer
    honore honoré howard hugh hugo hunter hélène iain ian ignacio ilya ingeborg ingrid irene irvine isaac isabel
    isabella ismail italo ivan jack jacob jacqueline jacques james jamie jan jane janet janice jared jason
    jasper javier jay jean jeanette jeff jeffrey jennifer jenny jeremy jerome jerry jesse jessica jesús jill jim
    jo joan joanna joanne jodi joe joel johann johannes john johnny jon jonathan jorge jose joseph josh joshua
    josé joy joyce juan judith judy jules julia julian julie juliet julio junot justin jérôme jørn jürgen kamila
    karel karen karin karl kate katherine kathleen kathryn kathy katie kazuo keith ken kenji kenneth kenzaburo
    kevin khaled kim kirsten klaus kristin kurt kyle lars laura lauren laurence laurie lawrence lee leigh len
    lenny leo leon leonard leslie lester lewis lian liane linda lisa liz lois lori louis louisa louise lucia
    lucy ludwig luis luke lydia lynn lászló madeleine madeline maggie malcolm mara marc marcel marcus margaret
    maria marian marie marilyn marilynne mario marion marjane mark markus martha martin mary maría matt matthew
    maurice max may maya megan mei mel melanie melissa meredith michael michel michelle miguel mike mikhail
    milan mildred milena miranda mitch mohsin molly monica muriel nadia nadine nancy naomi natalie nathan
    nathaniel neal ned neil nell nelson niall nicholas nick nicola nicole nikolai nina nora norman octavia olga
    oliver olivia omar orhan orson oscar otto owen pablo pam pamela pat patricia patrick patti paul paula paulo
    pearl penelope penny per peter phil philip philippa phillip phyllis pierre primo priya rachel rainer ralph
    randall ravi ray raymond raúl rebecca renee rené renée rex rhys richard rick rita robert roberto robin robyn
    rodney roger roland ron ronald rosa rosamund rose ross roxane roy rupert russell ruth ryan sabaa sally
    salman sam samantha samuel sandra sara sarah saul scott seamus sean sebastian sergei sharon sheila shirley
    sidney siegfried sigmund sigrid simon simone sofia sofía sophie stanislaw stanley stefan stella stephanie
    stephen steve steven stieg stuart stéphane sue susan susanna susanne suzanne sven svetlana sylvia søren tad
    tamora tana tara tatiana ted terence teresa terry tess thea theodor theodore thomas tim timothy tina toby
    todd tom tomas tomás toni tony tracy trevor truman umberto upton ursula vera vernor veronica victor victoria
    vikram vince vincent viola virginia vladimir walter warren wendy wilbur wilfred wilhelm wilkie will willa
    william wolfgang yann yasmina yasunari yevgeny yuki yukio yuval zadie zane zoe zora zoë ángel åsa émile éric
    adalbert agnieszka aino alejo alessandro alfonso alicja aline amelie amélie anastasia andrej angelika anja anke
    annette annika antje antonia antonín arkadi arkadij arkady arno arturo augusto axel barbro bartosz beate
    benedetta benito birgit bogdan bohdan britta bruno camilla carla carlo carmen cecilie cesare christa christoph
    clara claudia claudio cornelia cristina dacia danuta dario davide delphine detlef dieter dietrich dino domenico
    dominique donatella dorota eberhard eckhart elfriede elke elsa emanuele enrico enzo erika ernesto erri eugen ewa
    fabio fabrizio federico ferdinand ferenc filippo florian franca francesca francesco franck françoise frauke
    fredrik friederike gabriele gabriella gerd gerhard gertrud giacomo gianni gianrico gisela giuseppe goran grazia
    grażyna guido guillaume gyula halldór hallgrímur hanna heike heiko heinz helga helge helmut henri henryk hermine
    hildegard horst håkan ingo isabelle ivo jaroslav jaume jens jerzy joachim josef josefine jostein jutta jörg kai
    karsten katarzyna katharina kerstin kjell konrad krzysztof liselotte lorenzo lothar luca luigi luís manuel
    marcello marco marek mariana mariusz marko marta martina massimo mathias mats matthias maurizio małgorzata
    mechtild miklós miloš mircea miroslav nele nicolas niklas nikolaj olaf ole olivier ondřej oswald paolo pascal
    paweł pedro petra petros philippe pier piotr péter radek rafael rainald ralf reinhard remigiusz renate
    ricardo roberta rocío rolf romain rosemarie rudolf rüdiger sabine salvatore santiago sascha sergio sibylle
    silvia stanisław stefania stefano steffen svenja sybille szczepan sándor tadeusz terézia theodora thorsten
    tiziano tomasz tommaso torsten tove ulla ulrich ulrike uwe valérie vasily vigdis vincenzo vladislav volker
    wacław werner wiesław wisława witold wolfdietrich wolfram władysław xavier yves yvonne zbigniew zofia zoltán
    аркадий артём булат валентин василий виктор виталий вячеслав геннадий георгий григорий даниил даниэль дарья
    евгений екатерина елена игорь илья кирилл константин леонид людмила макс максим марина наталья никита олег ольга
    павел пётр светлана семён станислав татьяна юлия юрий яна
    александр алексей анна антон борис владимир дмитрий иван лев мария михаил николай сергей федор фёдор
    """
)
# One word that is a whole author, and what templates leave in an author's place.
MONONYMS = words_in(
    """
    aeschylus aesop anonymous aristophanes aristotle author boethius catullus cicero colette confucius epictetus
    euclid euripides herodotus hesiod homer horace josephus juvenal livy lucian lucretius menander moliere
    molière novalis ovid petrarch plato pliny plotinus plutarch saki sappho seneca sophocles stendhal tacitus
    terence thucydides virgil voltaire xenophon
    """
)
# Small words inside a name, and what may follow it.
PARTICLES = words_in(
    """
    af al av ben bin da das de del della den der di dos du el ibn la las le les lo st st. te ten ter van vom von
    y zu zur
    """
)
TAILS = words_in(
    """
    ii iii iv jr jr. m.d. md ph.d. phd sr sr.
    """
)
# No part of anybody's name: what has one of them in it is a title, a series or a shelf.
NOT_PEOPLE = words_in(
    """
    a all an and annual anthology arc archive archives at audible audio audiobook audiobooks best biography book
    books box boxed bundle by chapter children's chronicle chronicles classic classics collected collection
    comic comics companion complete crime cycle der die digital disc disk drama ebook ebooks edition editions
    eine episode essays fantasy fiction files folder folge for from further graphic guide he her his history
    horror i in into is it its journal language legacy library literature magazine manga memoir my mysteries
    mystery new nonfiction not novel novella novellas novels of omnibus on one or our part philosophy podcast
    poems poetry romance saga science season series set she short some stories story tale tales that the their
    these this those thriller thrillers to trilogy two unabridged universe unknown unsorted various version vol
    volume volumes we with without work works world worlds you your
    """
)
# Of them, those that speak for a title.
SMALL = words_in(
    """
    a an and at das der die el for from il in into is la le les los of on or the to with
    """
)
# How folders end that file books away.
SHELVES = words_in(
    """
    audiobook audiobooks biography books calibre children classics collection comics completed cooking crime
    download downloads drama ebook ebooks english erotica essays fantasy fiction finance french german health
    history horror humor humour inbox incoming kids library literature manga media memoir misc miscellaneous
    music mystery nature new nonfiction novels other philosophy poetry politics psychology read reference
    religion romance romane sachbuch science scifi self-help spanish sports suspense tech technology temp
    thriller thrillers tmp to-read todo travel unread unsorted various
    """
)
# How a copy was made and where it came from.
NOISE = ENDINGS | words_in(
    """
    128k 192k 256k 320k 32k 48k 64k 96k abridged audible audio audioboek audiobook audiobooks calibre chaptered
    chapterized complete digital download drm drmfree ebook ebook-hunter ebooks en eng final fixed free gekürzt
    hörbuch kbit kbps libgen mono ocr proper repack retail scan scanned stereo uk unabridged uncut ungekürzt us
    v1 v2 v3 v4 v5 vbr web webrip z-library zlibrary
    """
)
# Of that, what stands at the end of a name without a bracket and is never a title's last word.
COPY = ENDINGS | words_in(
    """
    abridged ebook retail unabridged ungekürzt
    """
)
# One of them is in the name of nearly every house that prints books.
PUBLISHERS = words_in(
    """
    apress books editions elsevier hachette harper harpercollins macmillan manning mcgraw-hill media packt palgrave
    pearson penguin press publications publishers publishing routledge springer university verlag vintage wiley
    """
)
# In a bracket they say that it holds nobody's name.
EDITIONS = NOISE | words_in(
    """
    annotated cast cut deluxe edition full illustrated revised special the version
    """
)
