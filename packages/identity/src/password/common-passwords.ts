/**
 * The passwords and words that attackers try first, in lower case without spaces and punctuation. They are removed from a
 * password, and the rest has to be long enough by itself. So the lists contain only long phrases, and words that are short enough
 * to be combined.
 */

/**
 * Whole passwords of 15 characters and more that are in every list of common passwords, and the beginnings of well-known texts.
 */
const phrases = `
  abrahamlincoln1 administrator123 allyourbasearebelongtous americanidol123 antidisestablishmentarianism areyoukiddingme
  asecurepassword badromancebadromance barcelonabarcelona battlefield4ever becauseimhappy bohemianrhapsody
  californiadreaming californication callofdutyblackops cantrememberpassword changethispassword chickenandwaffles
  christianoronaldo computerpassword correcthorsebatterystaple cristianoronaldo7 darthvaderluke dontforgetthispassword
  donttouchmystuff dropthebassdrop elementarymydearwatson enterpasswordhere everythingisawesome falloutboy4ever
  floccinaucinihilipilification fourscoreandsevenyearsago frenchfriesplease gameofthrones1 godblessamerica godisgoodallthetime
  goodmorningvietnam grandtheftauto5 greendayamericanidiot hakunamatata1234 harrypotterandthe harrypotter1234
  heavenandhell666 hellohowareyou1 helloworldhelloworld hippopotamus123 honorificabilitudinitatibus houstonwehaveaproblem
  iamironmaniamironman iamthegreatest1 icantrememberit idontknowmypassword iforgotmypassword ihatepasswords1 illbebackillbeback
  ilovemyboyfriend ilovemychildren ilovemydaughter ilovemyfamily123 ilovemygirlfriend ilovemyhusband1 ilovemymommy123
  ilovemyselfsomuch iloveyouforever iloveyousomuch1 incorrectpassword internationale inthebeginning1 itsasecrettoeverybody
  itwasabrightcolddayinapril jesuschristismylord jesusismysavior jesuslovesme123 keyboardkeyboard kingofthehill123 legendofzelda123
  letmeinletmein letmeinplease123 linkinparklinkinpark liverpoolfc1892 livelaughlove123 loremipsumdolorsitamet
  manchestercity1 manchesterunited maytheforcebewithyou metallicametallica microsoftwindows monkeymonkeymonkey
  mypasswordispassword mypasswordisnotpassword mypasswordissecret neverevergiveup nevergonnagiveyouup newyorkyankees
  nooneknowsthis nothingelsematters onceuponatime12 openthedoorplease passwordpassword
  piratesofthecaribbean pleasedonthackme pleaseletmeinnow pneumonoultramicroscopicsilicovolcanoconiosis princessprincess
  redhotchilipeppers resident3vil4ever rockyoutothetop rogerrabbit1234 saintpatricksday saveourshipsaveourship
  securepassword123 sevennationarmy smellsliketeenspirit snoopdoggydogg1 somethingsecret spongebobsquarepants
  stairwaytoheaven starwarsstarwars sunshinesunshine supercalifragilisticexpialidocious superpassword123 supersecretpassword
  teenagemutantninjaturtles tellmewhy123456 temporarypassword thebeatles12345 thecakeisalie123 thequickbrownfoxjumpsoverthelazydog
  thereisnospoon1 theworldisnotenough thisisapassword thisisasecurepassword thisismypassword thisisnotapassword thisispassword
  threeblindmice1 tobeornottobe tobeornottobethatisthequestion tomorrowneverdies transformers123 trustnooneever
  tottenhamhotspur twinkletwinkle twinkletwinklelittlestar unbelievable123 usethisforaccess verysecretpassword wearethechampions
  welcometomyworld welcometothejungle whatismypassword whatsmypassword wholetthedogsout winteriscoming yellowsubmarine yesterdayallmytroubles
  youcantseeme123 youshallnotpass
`;

/** Words that people combine into passwords. */
const words = `
  access account admin administrator amanda america andrea android angel apple april arsenal asdf august autumn baby bailey barcelona
  baseball basketball batman beautiful biteme buster butterfly changeit changeme changethis charlie cheese chelsea chicken chocolate
  chris computer cookie daniel default december demo diamond dragon example facebook february flower football forever freedom friday
  fuckyou gandalf ginger google guest hannah harley hello hockey hunter iloveyou internet jackson january jasmine jennifer jessica
  jesus jordan joshua july june justin killer letmein linkedin liverpool login love lovely maggie manager march martin master matrix
  matthew maverick merlin michael michelle microsoft monday monkey mustang mypassword naruto newpassword nicole ninja november
  october orange passphrase passport passw0rd passwd password passwort patrick pepper phoenix please pokemon porsche prince princess
  private purple qazwsx qwert qwerty qwertz ranger replaceme robert root samantha samsung saturday scooter secret secure september
  service shadow silver slipknot snoopy soccer sophie spider spring starwars station steelers summer sunday sunshine super superman
  support system taylor temp tennis test thomas thunder thursday tigger troubador troubadour trustno trustno1 tuesday unknown user victoria wednesday
  welcome whatever william windows winter wizard yankees yellow
`;

/** Both lists, longest entry first. */
export const commonPasswords: readonly string[] = Object.freeze(
  [...listOf(phrases), ...listOf(words)].toSorted((one, other) => other.length - one.length),
);

function listOf(text: string): readonly string[] {
  return text.trim().toLowerCase().split(/\s+/);
}
